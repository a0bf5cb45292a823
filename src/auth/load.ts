import { loadCounters } from './failures.ts';
import { loadJose } from './issuer.ts';

/** Loads the libraries of every way to authenticate, which the first request that needs one does otherwise. */
export const loadAuthentication = () => Promise.all([loadCounters(), loadJose()]);
