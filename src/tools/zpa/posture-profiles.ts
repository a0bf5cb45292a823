import { profileTool } from './profiles.ts';

export default [
  profileTool(
    {
      noun: 'posture_profile',
      title: 'posture profile',
      path: '/posture',
      about: 'It checks the state of a device; policy conditions of the type POSTURE name it by postureUdid.',
    },
    'profile_id',
  ),
];
