// What a page of Evidence asks: the rows that its connector gives for each query.
import { createRequire } from "node:module"

const { getRunner } = createRequire(import.meta.url)("@evidence-dev/duckdb")
const [folder, filename, ...queries] = process.argv.slice(2)
const run = await getRunner({ filename }, folder)
const answers = []
for (const query of queries) {
  const answer = await run(query, "question.sql")
  const rows = []
  for await (const batch of answer.rows()) rows.push(...batch)
  answers.push(rows)
}
console.log(JSON.stringify(answers))
