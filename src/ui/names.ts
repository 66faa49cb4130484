/** The ids that package.json contributes; a test holds the two together. */
export const COMMANDS = {
	upload: "openaiCertificates.upload",
	inspect: "openaiCertificates.inspect",
	setKey: "openaiCertificates.setKey",
	removeKey: "openaiCertificates.removeKey",
	refresh: "openaiCertificates.refresh",
	copyId: "openaiCertificates.copyId",
	cancelUpload: "openaiCertificates.cancelUpload",
	openSettings: "openaiCertificates.openSettings",
	showLog: "openaiCertificates.showLog",
} as const;

export type CommandId = (typeof COMMANDS)[keyof typeof COMMANDS];

/** The scheme of documents that tell what is in a certificate file. */
export const INSPECTION_SCHEME = "openai-certificates-inspection";

export const VIEW = "openaiCertificates.certificates";

/** Context keys that the manifest's `when` clauses ask for. */
export const CONTEXT = {
	/** Why the view is empty: see `emptiness` in certificatesView.ts. */
	empty: "openaiCertificates.empty",
} as const;

/** What the settings' search takes for all that this extension contributes. */
export const SETTINGS_OF_THIS = "@ext:certificates-for-openai.openai-certificates";

export const SETTINGS = {
	baseUrl: "openaiCertificates.baseUrl",
	reminderDays: "openaiCertificates.reminderDays",
} as const;
