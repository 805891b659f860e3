import {
  expiry,
  jsonFlag,
  limit,
  network,
  ownerId,
  scope,
  secretFileFlag,
  secretPrefix,
  tenantFlag,
  text,
} from '../flags.js'
import { optionalFlag, repeatedFlag, requiredFlag } from '../given.js'
import { handOver } from '../hand-over.js'
import { openSecretPlace } from '../secret-place.js'
import { defineVerb } from '../verb.js'
import { actor, withKeyring } from '../with-keyring.js'

const userFlag = requiredFlag('--user <id>', 'the user, of that tenant, that the key acts for', ownerId)
const nameFlag = requiredFlag('--name <text>', 'what the key is for', text)
const scopeFlag = repeatedFlag('--scope <scope...>', 'what it may do; without, it passes no guard', scope)
const limitFlag = repeatedFlag(
  '--limits <limit...>',
  'how much it may be used: 10/s, 1000/h, 5000/day; default: as the application has it',
  limit,
)
const allowFlag = repeatedFlag(
  '--allow-from <network...>',
  'from where alone it may be used: 10.0.0.0/8; default: everywhere',
  network,
)
const expiresFlag = optionalFlag('--expires <when>', '90d, 12h, a date, or "never" (default)', expiry)
const prefixFlag = optionalFlag('--prefix <text>', 'what the secret begins with (default ak)', secretPrefix)

export const issue = defineVerb({
  name: 'issue',
  summary: 'make a key and print its secret, once',
  details:
    'The secret alone goes to standard output, all else to standard error, so that it can be piped to where it is kept. It cannot be shown again.',
  positionals: [],
  flags: [
    ...[tenantFlag, userFlag, nameFlag, scopeFlag, limitFlag, allowFlag, expiresFlag],
    ...[prefixFlag, secretFileFlag, jsonFlag],
  ],
  examples: [
    'issue --tenant "$TENANT" --user "$USER_ID" --name CI --scope orders:read orders:write --expires 90d',
    'issue --tenant "$TENANT" --user "$USER_ID" --name CI --scope "orders:*" --secret-file ci.key',
    'issue --tenant "$TENANT" --user "$USER_ID" --name CI --limits 10/s 100000/month --allow-from 203.0.113.0/24',
    'issue --tenant "$TENANT" --user "$USER_ID" --name CI | gh secret set API_KEY',
  ],
  parse: (given) => ({
    key: {
      tenantId: tenantFlag.read(given),
      userId: userFlag.read(given),
      name: nameFlag.read(given),
      scopes: scopeFlag.read(given) ?? [],
      limits: limitFlag.read(given) ?? null,
      allowedCidrs: allowFlag.read(given) ?? null,
      expiresAt: expiresFlag.read(given)?.at ?? null,
    },
    prefix: prefixFlag.read(given),
    secretFile: secretFileFlag.read(given),
    asJson: jsonFlag.read(given),
  }),
  run: ({ key, prefix, secretFile, asJson }, shell) =>
    withKeyring(shell, { prefix }, (keyring) =>
      handOver({
        make: () => keyring.issue({ ...key, actor }),
        keyring,
        place: openSecretPlace(secretFile, shell),
        asJson,
        shell,
      }),
    ),
})
