import { createHmac } from 'node:crypto'

export const signing = {
  issuer: 'https://issuer.example/',
  audience: 'https://api.example/',
  secret: 'a-secret-of-the-benchmark-that-signs-nothing-else',
}

const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url')

/** A JSON Web Token (HS256) that carries what a key's row would: who it is for, and scopes. */
export function signToken(subject, tenant) {
  const now = Math.floor(Date.now() / 1_000)
  const header = encode({ alg: 'HS256', typ: 'JWT' })
  const claims = encode({
    iss: signing.issuer,
    aud: signing.audience,
    sub: subject,
    tenant,
    scope: 'orders:read orders:write',
    iat: now,
    exp: now + 86_400,
  })
  const signature = createHmac('sha256', signing.secret).update(`${header}.${claims}`).digest('base64url')
  return `${header}.${claims}.${signature}`
}
