import { describe, expect, it } from 'vitest';
import { findMount, isBindMounted, isContainer, parseMountInfo } from './mounts.ts';

const docker = parseMountInfo(`623 518 0:51 / / rw,relatime master:1 - overlay overlay rw,lowerdir=/l,upperdir=/u,workdir=/w
624 623 0:55 / /proc rw,nosuid - proc proc rw
630 623 8:1 /var/lib/docker/containers/4f/resolv.conf /etc/resolv.conf rw,relatime - ext4 /dev/sda1 rw
631 623 8:1 /var/lib/docker/containers/4f/hosts /etc/hosts rw,relatime - ext4 /dev/sda1 rw
640 623 8:1 /home/me/my\\040project/.env /app/.env rw,relatime - ext4 /dev/sda1 rw
641 623 8:1 /srv/conf//deleted /conf/.env rw,relatime shared:7 master:3 - ext4 /dev/sda1 rw
642 623 0:60 / /run/secrets rw,relatime - tmpfs tmpfs rw`);

const host = parseMountInfo(`22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 27 254:1 / /home rw,relatime - ext4 /dev/vdb rw
41 27 0:30 / /tmp rw,relatime - tmpfs tmpfs rw
42 27 0:31 /@srv /srv rw,relatime - btrfs /dev/vdc rw,subvolid=256,subvol=/@srv
43 27 254:0 /opt/real /opt/bound rw,relatime - ext4 /dev/vda rw
44 41 254:0 / /tmp/whole rw,relatime - ext4 /dev/vda rw
45 40 0:40 / /home/me/fuse.env rw,relatime - fuse.single single rw
not a line of it`);

const pointOf = (mounts: typeof host, path: string) => findMount(mounts, path)?.point;

describe('the mount table', () => {
  it('is read with its optional fields, octal escapes and deletion marks', () => {
    expect(docker.map(({ id }) => id)).toEqual([623, 624, 630, 631, 640, 641, 642]);
    expect(docker[4]).toEqual({
      id: 640,
      parent: 623,
      root: '/home/me/my project/.env',
      point: '/app/.env',
      type: 'ext4',
      superOptions: 'rw',
    });
    expect(docker[5]?.root).toBe('/srv/conf//deleted');
    expect(host.length).toBe(8);
  });

  it.each([
    ['/etc/passwd', '/'],
    ['/home/me/.env', '/home'],
    ['/homely/.env', '/'],
    ['/tmp/whole/.env', '/tmp/whole'],
    ['/opt/bound/.env', '/opt/bound'],
  ])('%s lies on %s', (path, point) => {
    expect(pointOf(host, path)).toBe(point);
  });

  it('knows that a later mount hides an earlier one below it', () => {
    const mounts = parseMountInfo(`1 0 0:1 / / rw - ext4 a rw
2 1 0:2 /old/.env /app/.env rw - ext4 a rw
3 1 0:3 / /app rw - tmpfs t rw`);
    expect(pointOf(mounts, '/app/.env')).toBe('/app');
    expect(isBindMounted(mounts, '/app/.env', false)).toBe(false);
  });

  it('takes the uppermost of mounts at one place', () => {
    const mounts = parseMountInfo(`1 0 0:1 / / rw - rootfs r rw
2 1 0:2 / / rw - ext4 a rw
3 2 0:2 /one /app/.env rw - ext4 a rw
4 3 0:2 /two /app/.env rw - ext4 a rw`);
    expect(findMount(mounts, '/app/.env')?.root).toBe('/two');
  });

  it('is of no help when it is empty or names no root', () => {
    expect(findMount([], '/app/.env')).toBeNull();
    expect(isBindMounted([], '/app/.env', true)).toBe(false);
  });

  it.each([
    ['itself a mount point', docker, '/app/.env', false, true],
    ['a mount point whose file system is one file', host, '/home/me/fuse.env', false, true],
    ['below a mount of a part of a file system', host, '/opt/bound/.env', false, true],
    ['a separate /home on a host', host, '/home/me/.env', false, false],
    ['a tmpfs /tmp on a host', host, '/tmp/.env', false, false],
    ['a btrfs subvolume on a host', host, '/srv/.env', false, false],
    ['a whole file system somewhere on a host', host, '/tmp/whole/.env', false, false],
    ['any mount in a container', docker, '/run/secrets/.env', true, true],
    ['on the root of a container', docker, '/other/.env', true, false],
  ])('says of %s whether it is bind-mounted', (_what, mounts, path, inContainer, expected) => {
    expect(isBindMounted(mounts, path, inContainer)).toBe(expected);
  });

  it('betrays a container by the files that engines mount', () => {
    expect([isContainer(docker, '/nowhere'), isContainer(host, '/nowhere')]).toEqual([true, false]);
  });
});
