// Leads the mutation tester to files of mocha's by the names that they have had since mocha 12.
import { registerHooks } from "node:module";

registerHooks({
	resolve: (specifier, context, next) => next(specifier.replace(/(\/mocha\/lib\/cli\/[a-z-]+)$/, "$1.cjs"), context),
});
