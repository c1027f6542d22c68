// Next.js and React lie elsewhere than the page: the root of both is that of the disk.
export default { output: "export", turbopack: { root: new URL("/", import.meta.url).pathname } };
