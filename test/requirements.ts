/** What must hold, by the numbers with which the titles of tests begin. */
export interface Requirement {
	/** In few words. */
	readonly rule: string;
	/** The files with a test of it, below this folder and without `.test.ts`. */
	readonly tests: readonly string[];
}

export const requirements: Readonly<Record<string, Requirement>> = {
	R01: {
		rule: "No setting of a workspace, folder or .code-workspace leads the key elsewhere",
		tests: ["e2e/list", "e2e/settings"],
	},
	R02: {
		rule: "A base URL that breaks a rule is refused before DNS and before the secret is read",
		tests: ["integration/extension", "integration/secrets", "unit/domain/baseUrl"],
	},
	R03: {
		rule: "A key is bound to its origin",
		tests: ["e2e/connections", "integration/extension", "integration/secrets"],
	},
	R04: {
		rule: "No redirect is followed",
		tests: ["unit/api/redirects"],
	},
	R05: {
		rule: "A server whose certificate cannot be verified gets no HTTP byte",
		tests: ["e2e/proxy", "unit/api/errors", "unit/api/tls", "unit/api/tunnel"],
	},
	R06: {
		rule: "No byte of a private key beside the certificate is sent",
		tests: ["e2e/upload", "unit/api/privateKeys", "unit/file/files", "unit/file/properties"],
	},
	R07: {
		rule: "What holds no certificate is refused in words, never with its content",
		tests: ["e2e/upload", "integration/extension", "unit/file/refusals"],
	},
	R08: {
		rule: "Several certificates are offered, never silently the first",
		tests: ["e2e/upload", "unit/file/files"],
	},
	R09: {
		rule: "What cannot be read is told in one sentence, and hangs on nothing",
		tests: [
			"integration/extension",
			"integration/virtual",
			"unit/file/files",
			"unit/file/inspect",
			"unit/file/refusals",
		],
	},
	R10: {
		rule: "The request holds exactly one canonical PEM block",
		tests: ["unit/api/requestBody", "unit/file/files"],
	},
	R11: {
		rule: "Each finding has its level and sentence; Enter does no harm on a strong one",
		tests: [
			"e2e/findings",
			"unit/file/authorityFindings",
			"unit/file/dateFindings",
			"unit/file/keyFindings",
			"unit/file/trustFindings",
			"unit/ui/fileWords",
		],
	},
	R12: {
		rule: "Hostile subjects and file names stay plain and short wherever they are shown",
		tests: [
			"e2e/findings",
			"unit/file/inspect",
			"unit/file/names",
			"unit/file/properties",
			"unit/ui/certificateTexts",
			"unit/ui/facts",
			"unit/ui/liveCheckWords",
			"unit/ui/problems",
			"unit/ui/rotationWords",
			"unit/ui/uploadWords",
			"unit/ui/watchWords",
			"unit/ui/words",
		],
	},
	R13: {
		rule: "So does whatever a server says",
		tests: ["integration/strangers", "unit/ui/facts", "unit/ui/problems", "unit/ui/watchWords", "unit/ui/words"],
	},
	R14: {
		rule: "A name is judged while it is typed",
		tests: ["e2e/upload", "unit/domain/name"],
	},
	R15: {
		rule: "Escape at any prompt is silent",
		tests: ["e2e/activation", "e2e/upload", "integration/extension"],
	},
	R16: {
		rule: "A key is judged and masked before it is stored",
		tests: ["e2e/upload", "unit/domain/connection"],
	},
	R17: {
		rule: "A key that is refused is told in our own words, kept, and not tried again",
		tests: ["unit/api/answers"],
	},
	R18: {
		rule: "Each kind of refusal has one sentence of its own",
		tests: ["e2e/tree", "unit/api/answers", "unit/api/errors", "unit/application/uploads", "unit/ui/problems"],
	},
	R19: {
		rule: "A secret storage that gives nothing, garbage or an error is a state, not a failure",
		tests: ["integration/secrets", "unit/domain/connection"],
	},
	R20: {
		rule: "A lost answer after the commit: one POST, and the look-up finds it",
		tests: [
			"e2e/lostAnswers",
			"unit/api/limits",
			"unit/api/retry",
			"unit/api/upload",
			"unit/application/lostAnswers",
			"unit/application/uploads",
			"unit/ui/uploadWords",
		],
	},
	R21: {
		rule: "A lost answer before the commit: one POST, then not seen, never not there",
		tests: [
			"e2e/lostAnswers",
			"unit/application/lostAnswers",
			"unit/application/sighting",
			"unit/application/uploads",
			"unit/ui/uploadWords",
		],
	},
	R22: {
		rule: "What is not confirmed survives a restart, and is not sent again unchecked",
		tests: [
			"e2e/connections",
			"e2e/killedHost",
			"e2e/lostAnswers",
			"unit/application/certificates",
			"unit/application/lostAnswers",
			"unit/application/pendingUploads",
			"unit/application/uploads",
			"unit/ui/uploadWords",
		],
	},
	R23: {
		rule: "Only a new id whose content has our fingerprint is success",
		tests: [
			"unit/application/comparison",
			"unit/application/lostAnswers",
			"unit/application/pendingUploads",
			"unit/application/sighting",
			"unit/application/uploads",
			"unit/ui/uploadWords",
		],
	},
	R24: {
		rule: "The same certificate again is told before the POST",
		tests: ["e2e/findings", "unit/application/certificates", "unit/application/comparison", "unit/application/uploads"],
	},
	R25: {
		rule: "A cancelled upload is either not sent or looked up",
		tests: [
			"unit/api/connections",
			"unit/api/exchange",
			"unit/api/limits",
			"unit/api/tunnel",
			"unit/application/lostAnswers",
			"unit/application/uploads",
		],
	},
	R26: {
		rule: "What was not reached is told so: nothing was sent",
		tests: [
			"e2e/proxy",
			"integration/network",
			"unit/api/errors",
			"unit/api/limits",
			"unit/api/tunnel",
			"unit/ui/problems",
		],
	},
	R27: {
		rule: "An answer without end stops at 1 MiB and 60 seconds",
		tests: ["unit/api/limits", "unit/api/retry"],
	},
	R28: {
		rule: "A wait that the service asks for is at most 30 seconds, and can be cancelled",
		tests: ["unit/api/errors", "unit/api/retry"],
	},
	R29: {
		rule: "A list is read whole, or said to be incomplete",
		tests: ["unit/api/list", "unit/application/projects", "unit/ui/words"],
	},
	R30: {
		rule: "An entry that cannot be read hides no other, and builds no path",
		tests: [
			"e2e/tree",
			"unit/api/administration",
			"unit/api/list",
			"unit/domain/certificate",
			"unit/domain/scope",
			"unit/ui/words",
		],
	},
	R31: {
		rule: "A refresh that fails leaves the old list, with its age",
		tests: [
			"e2e/list",
			"unit/application/certificates",
			"unit/application/enforcement",
			"unit/application/projects",
			"unit/ui/words",
		],
	},
	R32: {
		rule: "Of answers out of order the newest request wins",
		tests: ["unit/application/certificates", "unit/application/projects", "unit/application/uploads"],
	},
	R33: {
		rule: "Activating in the organization says first what will be refused",
		tests: ["e2e/activation", "unit/ui/activationWords", "unit/ui/certificateTexts"],
	},
	R34: {
		rule: "A lost answer to activate, deactivate, rename or delete is read back",
		tests: [
			"e2e/activation",
			"e2e/manage",
			"e2e/removal",
			"e2e/rotation",
			"unit/api/administration",
			"unit/application/activation",
			"unit/application/changes",
			"unit/application/removal",
			"unit/application/renaming",
			"unit/application/rotation",
			"unit/ui/accountWords",
			"unit/ui/rotationWords",
		],
	},
	R35: {
		rule: "What is active, or may be, is not deleted",
		tests: [
			"e2e/removal",
			"unit/application/changes",
			"unit/application/removal",
			"unit/application/rotation",
			"unit/domain/scope",
			"unit/ui/accountWords",
			"unit/ui/activationWords",
			"unit/ui/problems",
		],
	},
	R36: {
		rule: "What changed elsewhere is read anew before it is acted on",
		tests: [
			"e2e/activation",
			"e2e/manage",
			"e2e/removal",
			"e2e/rotationEnd",
			"unit/application/activation",
			"unit/application/changes",
			"unit/application/removal",
			"unit/application/renaming",
			"unit/application/rotation",
			"unit/application/rotationMeanwhile",
		],
	},
	R37: {
		rule: "Two windows lose no record and upload no file twice",
		tests: [
			"unit/application/certificates",
			"unit/application/lostAnswers",
			"unit/application/pendingUploads",
			"unit/application/rotation",
			"unit/application/rotationMeanwhile",
			"unit/application/rotationPlans",
			"unit/application/uploads",
			"unit/ui/uploadWords",
		],
	},
	R38: {
		rule: "Loading and activating touches no global, network or secret, and of files only the reminder's own",
		tests: ["e2e/watch", "integration/activation", "integration/extension"],
	},
	R39: {
		rule: "Junk from whoever calls a command builds nothing",
		tests: ["integration/extension", "integration/strangers", "unit/ui/shownRows"],
	},
	R40: {
		rule: "The package holds what is allowed, and needs nothing else",
		tests: ["e2e/package", "e2e/tree", "unit/project/manifest"],
	},
	R41: {
		rule: "Servers of ours listen on loopback, with a token in a private file",
		tests: ["e2e/access", "unit/emulator/access", "unit/emulator/tls", "unit/project/servers"],
	},
	R42: {
		rule: "The emulator refuses and masks a key that is not its own",
		tests: ["unit/emulator/access"],
	},
	R43: {
		rule: "A real admin key goes unencrypted to this machine only by Use Anyway",
		tests: ["integration/secrets"],
	},
	R44: {
		rule: "No setting of ours is taken from a workspace",
		tests: ["e2e/list", "e2e/settings", "unit/project/manifest"],
	},
	R45: {
		rule: "Client certificate, passphrase and proxy password are bound as the key is",
		tests: ["e2e/clientCertificates", "e2e/proxy", "integration/network", "unit/api/proxy", "unit/api/tunnel"],
	},
	R46: {
		rule: "A client certificate or key that is none is refused before any request",
		tests: [
			...["e2e/clientCertificates", "e2e/clientCheck", "integration/network", "integration/secrets"],
			...["unit/api/clientCertificate", "unit/ui/problems"],
		],
	},
	R47: {
		rule: "A live check of a client certificate never sends the admin key",
		tests: ["e2e/clientCheck", "integration/secrets", "unit/api/liveCheck"],
	},
	R48: {
		rule: "Proxy password, passphrase, client key and project key leak nowhere either",
		tests: [
			"e2e/clientCertificates",
			"e2e/clientCheck",
			"e2e/proxy",
			"unit/api/liveCheck",
			"unit/api/secrets",
			"unit/api/tunnel",
			"unit/ui/redact",
		],
	},
	R49: {
		rule: "What is copied or saved is sanitised, and a certificate encoded anew",
		tests: ["e2e/manage"],
	},
	R50: {
		rule: "Links run our own commands only, without arguments",
		tests: ["unit/project/manifest"],
	},
	R51: {
		rule: "Opening or selecting a hostile file runs nothing of ours",
		tests: ["e2e/opened"],
	},
	R52: {
		rule: "Where secrets are not kept for long is said where the key is entered",
		tests: ["e2e/connections", "integration/secrets"],
	},
	R53: {
		rule: "A scope that cannot be read stops what depends on it",
		tests: [
			"e2e/removal",
			"e2e/rotation",
			"e2e/tree",
			"unit/application/activation",
			"unit/application/changes",
			"unit/application/enforcement",
			"unit/application/projects",
			"unit/application/removal",
			"unit/application/renaming",
			"unit/application/rotation",
			"unit/application/whereabouts",
			"unit/domain/scope",
			"unit/ui/problems",
		],
	},
	R54: {
		rule: "Whatever tests download is pinned by integrity",
		tests: ["unit/project/manifest", "unit/project/workflows"],
	},
};
