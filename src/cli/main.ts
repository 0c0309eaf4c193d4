#!/usr/bin/env node
import { ioOfProcess } from './io.ts';
import { runCli } from './program.ts';

// Not process.exit: what was written to a pipe must get there first.
process.exitCode = await runCli(process.argv.slice(2), ioOfProcess());
