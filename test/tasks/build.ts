import { buildBundles } from "../vsix.ts";

buildBundles();
