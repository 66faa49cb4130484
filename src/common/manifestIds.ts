/** The ids that package.json contributes; a test holds the two together. */
export const COMMANDS = {
	upload: "openaiCertificates.upload",
	inspect: "openaiCertificates.inspect",
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
	openSettings: "openaiCertificates.openSettings",
	showLog: "openaiCertificates.showLog",
} as const;

export type CommandId = (typeof COMMANDS)[keyof typeof COMMANDS];

/** The scheme of documents that tell what is in a certificate file. */
export const INSPECTION_SCHEME = "openai-certificates-inspection";

/** The scheme of documents that tell what the service holds. */
export const CERTIFICATE_SCHEME = "openai-certificates";

export const VIEW = "openaiCertificates.certificates";
export const PROJECTS_VIEW = "openaiCertificates.projects";

/** Context keys that the manifest's `when` clauses ask for. */
export const CONTEXT = {
	/** Why the view is empty: see emptiness.ts. */
	empty: "openaiCertificates.empty",
	/** The same for the projects. */
	projectsEmpty: "openaiCertificates.projectsEmpty",
	/** Steps of the walkthrough that are done, however they were: a list was read, it has certificates, one of them is active. */
	hasKey: "openaiCertificates.hasKey",
	hasCertificates: "openaiCertificates.hasCertificates",
	hasActive: "openaiCertificates.hasActive",
} as const;

/** What the settings' search takes for all that this extension contributes. */
export const SETTINGS_OF_THIS = "@ext:certificates-for-openai.openai-certificates";

export const SETTINGS = {
	baseUrl: "openaiCertificates.baseUrl",
	reminderDays: "openaiCertificates.reminderDays",
	clientCertificate: "openaiCertificates.clientCertificate",
	clientKey: "openaiCertificates.clientKey",
	mtlsUrl: "openaiCertificates.mtlsUrl",
} as const;
