// Looks at one credential as a stranger's program would, with nothing but what it is handed:
// {credential, did, documents} on the standard input, where `documents` maps addresses to what is
// found there. Answers {verified, revoked, error} on the standard output. No network.
import * as vc from '@digitalbazaar/vc';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {text} from 'node:stream/consumers';

const {credential, did, documents} = JSON.parse(await text(process.stdin));
const MULTIKEY = 'https://w3id.org/security/multikey/v1';

async function documentLoader(url) {
  let document = documents[url];
  if(url === did.id) {
    document = did;
  } else if(url.startsWith(`${did.id}#`)) {
    const method = did.verificationMethod.find(({id}) => id === url);
    document = method && {'@context': MULTIKEY, ...method};
  }
  if(!document) {
    throw new Error(`nothing is found at ${url}`);
  }
  return {contextUrl: null, documentUrl: url, document};
}

function words(error) {
  return error ? [error.message, ...(error.errors ?? []).map(words)].join(': ') : '';
}

const suite = new DataIntegrityProof({cryptosuite});
let revoked = null;
const result = await vc.verifyCredential({
  credential,
  suite,
  documentLoader,
  async checkStatus(options) {
    const found = await checkStatus({...options, verifyBitstringStatusListCredential: true});
    // What is revoked is «verified» all the same: the bit says it.
    revoked = found.verified ? found.results.some(({status}) => status === true) : null;
    return found;
  }
});
process.stdout.write(JSON.stringify({
  verified: result.verified,
  revoked,
  error: words(result.error)
}));
