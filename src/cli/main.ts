#!/usr/bin/env node
import { runProgram } from './program.js'
import { openShell } from './shell.js'

process.exit(await runProgram(process.argv.slice(2), openShell(process)))
