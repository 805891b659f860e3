import project from '../jest.config.js'

const { globalSetup: _database, globalTeardown: _gone, ...pure } = project

/** The tests of src/key, but for the one that needs a database. */
export default {
  ...pure,
  rootDir: '..',
  testMatch: ['<rootDir>/tests/key/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/tests/key/golden.test.ts'],
  workerIdleMemoryLimit: undefined,
}
