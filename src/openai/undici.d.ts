// Imports of undici's deep paths don't change the process-wide dispatcher, but these paths have no types.
declare module "undici/lib/dispatcher/client.js" {
	type Undici = typeof import("undici");
	const Client: Undici["Client"];
	type Client = import("undici").Client;
	export default Client;
}

declare module "undici/lib/dispatcher/dispatcher.js" {
	type Dispatcher = import("undici").Dispatcher;
	namespace Dispatcher {
		type DispatchOptions = import("undici").Dispatcher.DispatchOptions;
		type DispatchHandler = import("undici").Dispatcher.DispatchHandler;
		type DispatchController = import("undici").Dispatcher.DispatchController;
	}
	export default Dispatcher;
}
