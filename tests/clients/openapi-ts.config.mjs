// Node wants the endings of imports. The generator adds them unasked only where it finds a
// tsconfig.json above the folder that it is installed in, which npx and this cache have not.
export default {
  input: "openapi.json",
  output: { path: "client", module: { extension: ".js" } },
}
