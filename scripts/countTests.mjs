// Prints how many tests passed and failed, from vitest's JSON report and its exit code. What fails
// without being a test (a file that does not load, an error after the last test) counts as one.
import { readFileSync } from 'node:fs';

const [reportPath, exitCode] = process.argv.slice(2);
const { passed, failed } = count(read(reportPath));
const isUnaccounted = exitCode !== '0' && failed === 0;
console.log(`${passed} ${isUnaccounted ? 1 : failed}`);

function count(report) {
  const files = report?.testResults ?? [];
  const isBroken = (file) =>
    file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed');
  return {
    passed: report?.numPassedTests ?? 0,
    failed: (report?.numFailedTests ?? 0) + files.filter(isBroken).length,
  };
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
