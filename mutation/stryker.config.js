import { reportOf } from './reports.js'
import { isOnPostgres, name, room } from './rooms.js'

const report = reportOf(name, isOnPostgres)

export default {
  mutate: room.mutate,
  testRunner: 'vitest',
  vitest: { configFile: 'mutation/vitest.config.js', related: false },
  plugins: ['@stryker-mutator/vitest-runner'],
  coverageAnalysis: 'perTest',
  // What runs once as a module loads is the same for every test: a mutant there would need a process of its own.
  ignoreStatic: true,
  concurrency: Number(process.env.CONCURRENCY ?? 2),
  dryRunTimeoutMinutes: 20,
  timeoutMS: 10_000,
  timeoutFactor: 2,
  // The copy of the project that is mutated loses the right to execute.
  buildCommand: 'chmod +x scripts/schema-engine.js',
  tsconfigFile: 'mutation/none.json',
  ignorePatterns: [
    'dist',
    'docs',
    'bench',
    'reference',
    'example-app',
    'coverage',
    '.git',
    'mutation/node_modules',
    'mutation/report',
    'mutation/sandbox',
  ],
  tempDirName: `mutation/sandbox/${name}`,
  reporters: ['progress-append-only', 'clear-text', 'json', 'html'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: report },
  htmlReporter: { fileName: report.replace('.json', '.html') },
}
