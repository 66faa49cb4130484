// Resolves the mutation tester's imports of mocha's files, whose names changed in mocha 12.
import { registerHooks } from "node:module";

registerHooks({
	resolve: (specifier, context, next) => next(specifier.replace(/(\/mocha\/lib\/cli\/[a-z-]+)$/, "$1.cjs"), context),
});
