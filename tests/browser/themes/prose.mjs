// Prints the stylesheet that Tailwind builds for a page with the classes of @tailwindcss/typography.
// Without cascade layers, as Tailwind 3 wrote it: so its rules outrank more of a page.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { compile } from "tailwindcss";

const { resolve } = createRequire(import.meta.url);
const source = `
  @import "tailwindcss/theme.css";
  @import "tailwindcss/preflight.css";
  @plugin "@tailwindcss/typography";
  @tailwind utilities;
  @media (prefers-color-scheme: dark) { body { background: #111827; } }
`;
const compiler = await compile(source, {
  loadModule: async (id) => {
    const path = resolve(id);
    return { path, base: dirname(path), module: (await import(path)).default };
  },
  loadStylesheet: async (id) => {
    const path = resolve(id);
    return { path, base: dirname(path), content: await readFile(path, "utf8") };
  },
});
process.stdout.write(compiler.build(["container", "prose", "dark:prose-invert"]));
