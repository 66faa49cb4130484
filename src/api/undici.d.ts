// undici's deep paths leave the process-wide dispatcher alone; they carry no types of their own.
declare module "undici/lib/dispatcher/agent.js" {
	type Undici = typeof import("undici");
	const Agent: Undici["Agent"];
	type Agent = import("undici").Agent;
	export default Agent;
}

declare module "undici/lib/dispatcher/dispatcher.js" {
	type Dispatcher = import("undici").Dispatcher;
	namespace Dispatcher {
		type DispatchOptions = import("undici").Dispatcher.DispatchOptions;
		type DispatchController = import("undici").Dispatcher.DispatchController;
	}
	export default Dispatcher;
}
