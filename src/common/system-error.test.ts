import { openSync } from 'node:fs';
import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { describeFileError, explainSystemError, inWords, withRemedy } from './system-error.ts';

const thrown = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('an error of the operating system', () => {
  it.each(['EPERM', 'EACCES', 'EROFS', 'ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'EFBIG', 'ENAMETOOLONG', 'ELOOP', 'ENOTDIR', 'EIO'])(
    '%s has a meaning, a place and a remedy',
    (code) => {
      expect(constants.errno).toHaveProperty(code);
      const words = explainSystemError(Object.assign(new Error('raw'), { code, path: '/run/x', syscall: 'open' }));
      expect(words).toMatchObject({ message: expect.stringContaining(`(${code}: /run/x)`) as string });
      expect(words?.remedy).toMatch(/^[A-Z].*\.$/);
      expect(words?.isPermission).toBe(code === 'EPERM' || code === 'EACCES');
    },
  );

  it('of a real call is understood; what is none is left alone', () => {
    expect(explainSystemError(thrown(() => openSync(`/tmp/${'x'.repeat(300)}`, 'r')))?.message).toContain('the path is too long');
    expect(inWords(Object.assign(new Error('raw'), { code: 'EPROTO', errno: -71, syscall: 'open', path: '/x' }))).toBe(
      'protocol error (EPROTO: /x)',
    );
    expect(withRemedy(thrown(() => openSync('/nowhere/file', 'r')))).toBe(
      '/nowhere is not there (ENOENT: /nowhere/file). Make the folder /nowhere again.',
    );
    for (const other of [new Error('x'), 'text', null, Object.assign(new Error('x'), { code: 'ERR_X' })])
      expect(explainSystemError(other)).toBeNull();
  });
});

describe('an error of a file that the caller names', () => {
  it('is told without the path, and by its name where it has no words', () => {
    expect(describeFileError(thrown(() => openSync('/nowhere/file', 'r')))).toBe('there is no such file (ENOENT)');
    expect(describeFileError(thrown(() => openSync(`/tmp/${'x'.repeat(300)}`, 'r')))).toBe('the path is too long (ENAMETOOLONG)');
    expect(describeFileError(Object.assign(new Error('raw'), { code: 'EPROTO' }))).toBe('it failed with EPROTO');
  });
});
