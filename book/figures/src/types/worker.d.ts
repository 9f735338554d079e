/* The bundled text of a file, for a worker (build.mjs). */
declare module "worker:*" {
  const text: string;
  export default text;
}
