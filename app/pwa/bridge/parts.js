// The ports' JavaScript halves, by the name under which Python finds them in `kring_bridge`.
import * as crdt from "./crdt.js";
import * as crypto from "./crypto.js";
import * as network from "./network.js";
import * as storage from "./storage.js";

export const parts = { crdt, crypto, network, storage };
