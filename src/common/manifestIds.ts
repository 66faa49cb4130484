/** The ids that package.json contributes, as a test verifies. */
export const COMMANDS = {
	upload: "openaiCertificates.upload",
	inspect: "openaiCertificates.inspect",
	createCa: "openaiCertificates.createCa",
	createClient: "openaiCertificates.createClient",
	signRequest: "openaiCertificates.signRequest",
	setKey: "openaiCertificates.setKey",
	removeKey: "openaiCertificates.removeKey",
	setPassphrase: "openaiCertificates.setPassphrase",
	addConnection: "openaiCertificates.addConnection",
	switchConnection: "openaiCertificates.switchConnection",
	renameConnection: "openaiCertificates.renameConnection",
	refresh: "openaiCertificates.refresh",
	sortBy: "openaiCertificates.sortBy",
	activate: "openaiCertificates.activate",
	deactivate: "openaiCertificates.deactivate",
	rotate: "openaiCertificates.rotate",
	finishRotation: "openaiCertificates.finishRotation",
	undoRotation: "openaiCertificates.undoRotation",
	rename: "openaiCertificates.rename",
	delete: "openaiCertificates.delete",
	details: "openaiCertificates.details",
	openPem: "openaiCertificates.openPem",
	history: "openaiCertificates.history",
	checkClient: "openaiCertificates.checkClient",
	copyId: "openaiCertificates.copyId",
	copyFingerprint: "openaiCertificates.copyFingerprint",
	copyPem: "openaiCertificates.copyPem",
	savePem: "openaiCertificates.savePem",
	cancelUpload: "openaiCertificates.cancelUpload",
	checkUpload: "openaiCertificates.checkUpload",
	uploadAgain: "openaiCertificates.uploadAgain",
	forgetUpload: "openaiCertificates.forgetUpload",
	forgetRotation: "openaiCertificates.forgetRotation",
	openDashboard: "openaiCertificates.openDashboard",
	openAdminKeys: "openaiCertificates.openAdminKeys",
	openSettings: "openaiCertificates.openSettings",
	showLog: "openaiCertificates.showLog",
	addClients: "openaiCertificates.addClients",
	exportClients: "openaiCertificates.exportClients",
	importClients: "openaiCertificates.importClients",
	removeClients: "openaiCertificates.removeClients",
	copyClientSetup: "openaiCertificates.copyClientSetup",
} as const;

export type CommandId = (typeof COMMANDS)[keyof typeof COMMANDS];

/** URI scheme of documents about a certificate file. */
export const INSPECTION_SCHEME = "openai-certificates-inspection";

/** URI scheme of documents about data from the service. */
export const CERTIFICATE_SCHEME = "openai-certificates";

export const CERTIFICATES_VIEW = "openaiCertificates.certificates";
export const PROJECTS_VIEW = "openaiCertificates.projects";
export const CLIENTS_VIEW = "openaiCertificates.clients";

/** Context keys in the manifest's `when` clauses. */
export const CONTEXT_KEYS = {
	/** Why the certificates view is empty: see welcomeState.ts. */
	empty: "openaiCertificates.empty",
	/** Why the projects view is empty. */
	projectsEmpty: "openaiCertificates.projectsEmpty",
	/** Why the clients view is empty. */
	clientsEmpty: "openaiCertificates.clientsEmpty",
	/** Walkthrough steps, completed in any way: a list was read, the list has certificates, a certificate is active. */
	hasKey: "openaiCertificates.hasKey",
	hasCertificates: "openaiCertificates.hasCertificates",
	hasActive: "openaiCertificates.hasActive",
} as const;

/** Settings search query for all settings of this extension. */
export const SETTINGS_QUERY = "@ext:certificates-for-openai.openai-certificates";

export const SETTINGS = {
	baseUrl: "openaiCertificates.baseUrl",
	reminderDays: "openaiCertificates.reminderDays",
	clientCertificate: "openaiCertificates.clientCertificate",
	clientKey: "openaiCertificates.clientKey",
	mtlsUrl: "openaiCertificates.mtlsUrl",
} as const;
