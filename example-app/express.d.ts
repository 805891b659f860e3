// What this application knows of its tenants and users: the columns of their tables.
declare namespace Express {
  interface Tenant {
    id: string
    name: string
  }
  interface User {
    id: string
    email: string
  }
}
