import assert from 'node:assert/strict'

/** A host's app by how it loads the package. */
const apps = { import: 'app.mjs', require: 'app.cjs' }

/** A request with a key, without, without the scope; a key issued over HTTP and used; the paths of the document. */
const answers = {
  ...{ withKey: 200, ofItsTenant: true, withoutKey: 401, withoutScope: 403 },
  ...{ issuedByRouter: 201, withIssuedKey: 200, describedPaths: 6 },
}

export async function checkApps({ check }, project, framework, nodes) {
  for (const file of ['serve.cjs', ...Object.values(apps)]) project.copy(file)
  for (const { name, program } of nodes) {
    for (const [manner, file] of Object.entries(apps)) {
      await check(
        `on ${name} and ${framework}, an app that loads it with ${manner} answers, and ends`,
        async () => {
          assert.deepEqual(JSON.parse(await project.run(program, file)), answers)
        },
      )
    }
  }
}
