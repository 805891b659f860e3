export interface Order {
  readonly id: number
  readonly item: string
}

/** Orders in memory. Every method takes the tenant first: there is no way to ask for everybody's. */
export interface OrderBook {
  of(tenantId: string): readonly Order[]
  add(tenantId: string, item: string): Order
}

export function createOrderBook(): OrderBook {
  const orders: { tenantId: string; order: Order }[] = []
  return {
    of: (tenantId) => orders.filter((entry) => entry.tenantId === tenantId).map(({ order }) => order),
    add: (tenantId, item) => {
      const order = { id: orders.length + 1, item }
      orders.push({ tenantId, order })
      return order
    },
  }
}
