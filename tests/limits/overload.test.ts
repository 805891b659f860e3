import { describe, expect, test } from '@jest/globals'
import type { ApiKeyEvent } from '../../src/events.js'
import { CountersBusy } from '../../src/limits/counter-lane.js'
import { tellLosses } from '../../src/limits/losses.js'
import { createOverload } from '../../src/limits/overload.js'
import { settableClock } from '../coherence/settable-clock.js'

const busy = (lateMs: number) => new CountersBusy(lateMs)

function open() {
  const clock = settableClock()
  const told: string[] = []
  const losses = tellLosses('rates', ({ type }: ApiKeyEvent) => told.push(type))
  return { clock, told, losses, overload: createOverload(losses, clock) }
}

describe('counters that are asked for more than they can answer', () => {
  test('are told of once, and once that nobody waits any more', () => {
    const { overload, told } = open()

    overload.gaveUp(busy(1))
    overload.gaveUp(busy(2))
    overload.ended()
    overload.ended()

    expect(told).toEqual(['counters_lost', 'counters_regained'])
  })

  test('are not those of a process that stood still for a moment', () => {
    const { overload, clock, told } = open()

    for (let pause = 0; pause < 5; pause += 1) {
      overload.gaveUp(busy(300))
      overload.ended()
      clock.pass(2_000)
    }

    expect(told).toEqual([])
  })

  test('are told of where a process gives up again and again, however late its timers ring', () => {
    const { overload, clock, told } = open()

    for (let n = 0; n < 4; n += 1) {
      overload.gaveUp(busy(300))
      clock.pass(400)
    }

    expect(told).toEqual(['counters_lost'])
  })

  test('are no second loss while they are down, and no end of it', () => {
    const { overload, losses, told } = open()

    losses.begin('down', new Error('connect ECONNREFUSED'))
    overload.gaveUp(busy(1))
    overload.ended()
    const meanwhile = [...told]
    losses.end('down')

    expect(meanwhile).toEqual(['counters_lost'])
    expect(told).toEqual(['counters_lost', 'counters_regained'])
  })
})
