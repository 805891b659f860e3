import { pinned } from './checkout.js'

// What the compiler is told, and the file: its ending says whether it is an ES module or CommonJS.
const compilers = {
  'nodenext, of an ES module': ['consumer.mts', '--module', 'nodenext'],
  'nodenext, of CommonJS': ['consumer.cts', '--module', 'nodenext'],
  bundler: ['consumer.ts', '--module', 'esnext', '--moduleResolution', 'bundler'],
}

export async function checkTypes({ check }, project, framework, typesOfExpress) {
  const tools = ['typescript', '@types/node'].map(pinned)
  await check(`a TypeScript project on ${framework} can add its tools`, () =>
    project.install('--save-dev', ...tools, typesOfExpress),
  )
  for (const [manner, [file, ...options]] of Object.entries(compilers)) {
    project.copy('consumer.ts', file)
    await check(`on ${framework} its types compile, libraries checked too, in the manner ${manner}`, () =>
      project.run(
        process.execPath,
        'node_modules/typescript/bin/tsc',
        ...['--strict', '--target', 'es2023', '--skipLibCheck', 'false', '--noEmit', ...options, file],
      ),
    )
  }
}
