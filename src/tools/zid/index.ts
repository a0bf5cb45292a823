import groups from './groups.ts';
import users from './users.ts';

export const zid = [...groups, ...users];
