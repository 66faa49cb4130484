import { packageExtension } from "../vsix.ts";

console.log(await packageExtension());
