// Refuses names and addresses beyond this machine: node --import ./loopback-only.js …
import dns from "node:dns";

const lookup = dns.lookup;
dns.lookup = (host, ...rest) => {
  if (!["127.0.0.1", "::1", "localhost"].includes(host)) {
    throw new Error(`this test reaches loopback only, not ${host}`);
  }
  return lookup(host, ...rest);
};
