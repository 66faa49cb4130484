// npm run test:windows: what Windows' rules for files and processes concern, under these rules as Wine has them: the unit tests of
// storage, API, words and domain, the suite inside the extension host, and the interface tests of uploads and lost answers.
import { onWindows } from "../onWindows.ts";
import { conclude, runStages } from "../stages.ts";

conclude(await runStages(onWindows()));
