// npm run l10n: exports the texts of the sources to l10n/bundle.l10n.json, for translators.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { extractTexts, TEXT_BUNDLE } from "../texts/textBundle.ts";

mkdirSync(dirname(TEXT_BUNDLE), { recursive: true });
writeFileSync(TEXT_BUNDLE, `${JSON.stringify(await extractTexts(), null, "\t")}\n`);
