const onServer = Boolean(process.env.DATABASE_URL)
const withRedis = Boolean(process.env.REDIS_URL)

export default {
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  // What only real servers can show: several sessions, NOTIFY, being stopped.
  testPathIgnorePatterns: [
    '/node_modules/',
    ...(onServer ? [] : ['<rootDir>/tests/postgres/']),
    ...(withRedis ? [] : ['<rootDir>/tests/redis/']),
  ],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/mutation/', '<rootDir>/example-app/dist/'],
  globalSetup: '<rootDir>/tests/support/global-setup.js',
  globalTeardown: '<rootDir>/tests/support/global-teardown.js',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, module: { type: 'es6' } },
    ],
  },
  moduleNameMapper: {
    '^express-api-keys$': '<rootDir>/src/index.ts',
    '^express-api-keys/admin$': '<rootDir>/src/admin.ts',
    '^express-api-keys/otel$': '<rootDir>/src/otel.ts',
    '^express-api-keys/testing$': '<rootDir>/src/testing.ts',
    '^(\\.{1,2}/.*)\\.js$': ['$1.js', '$1.ts'],
  },
  // With --coverage alone. The command line and servers of tests are processes of their own, which it does not see.
  coverageProvider: 'v8',
  collectCoverageFrom: ['src/**/*.ts', '!src/store/generated/**'],
  coverageReporters: ['text', 'html'],
  testTimeout: 30_000,
  // Node never gives back the modules of a test file, and a hundred of them fill a heap: each file has a process.
  workerIdleMemoryLimit: 0,
}
