// What a dashboard in TypeScript asks the API, by both generated clients; prints what they made of it.
import createClient from "openapi-fetch"
import type { paths } from "./loyalty.js"
import { client } from "./client/client.gen.js"
import { calculateAnalytics, getItemPerformance } from "./client/index.js"

declare const process: { argv: string[] }
const [url, token, dateFrom, dateTo] = process.argv.slice(2) as [string, string, string, string]
const range = { website: 1, date_from: dateFrom, date_to: dateTo }

// As docs/api.md has it, with the type that TypeScript's own library doesn't know yet.
type Reviver = (key: string, value: unknown, context: { source: string }) => unknown
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown
const readExactly = (text: string) => parse(text, (key, value, context) =>
  Number.isInteger(value) && !Number.isSafeInteger(value) ? context.source : value)

const types = createClient<paths>({ baseUrl: url, headers: { Authorization: `Token ${token}` } })
const items = await types.GET("/api/v1/loyalty-management/analytics/item_performance/", {
  params: { query: { website: 1 } },
})
const text = await types.GET("/api/v1/loyalty-management/analytics/item_performance/", {
  params: { query: { website: 1 } },
  parseAs: "text",
})
const record = await types.POST("/api/v1/loyalty-management/analytics/calculate/", { body: range })

client.setConfig({ baseUrl: url, headers: { Authorization: `Token ${token}` } })
const generated = await getItemPerformance({ query: { website: 1 } })
const generatedText = await getItemPerformance({
  query: { website: "1" as unknown as number },
  parseAs: "text",
})
const generatedRecord = await calculateAnalytics({ body: range })

// Typed: a key that the API doesn't have, or a date where a number is, wouldn't compile.
const rate: number | undefined = items.data?.[0]?.affordable_rate
const last: string | null | undefined = generated.data?.[0]?.last_redeemed

console.log(JSON.stringify({
  first: [rate, last],
  rounded: [items.data, generated.data],
  exact: [text.data, generatedText.data].map((data) => readExactly(String(data))),
  records: [record.data, generatedRecord.data],
}))
