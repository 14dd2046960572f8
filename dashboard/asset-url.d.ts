/** A file of a library as it is; its address is what is imported. */
declare module "*?url" {
  const address: string;
  // biome-ignore lint/style/noDefaultExport: so Vite hands it out
  export default address;
}
