export { Front, openSocket, type Exchange, type FrontOptions, type Place, type Respond } from './front.ts';
export { createRoutes, type RoutesOptions } from './routes.ts';
