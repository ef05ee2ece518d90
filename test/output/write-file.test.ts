import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { writeOutputFile } from '../../src/output/write-file.ts';

describe('writeOutputFile', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'funnels-output-'));
    onTestFinished(() => rm(folder, { recursive: true }));
  });

  it('makes a file and replaces it, and leaves nothing else behind', async () => {
    const path = join(folder, 'report.html');
    await writeOutputFile(path, 'zoë');
    await writeOutputFile(path, 'short');
    expect(readFileSync(path, 'utf8')).toBe('short');
    expect(readdirSync(folder)).toEqual(['report.html']);
  });

  it('keeps the rights of the file it replaces', async () => {
    const path = join(folder, 'report.html');
    writeFileSync(path, 'old');
    chmodSync(path, 0o640);
    await writeOutputFile(path, 'new');
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  it('replaces what a symbolic link points to, not the link', async () => {
    mkdirSync(join(folder, 'elsewhere'));
    const target = join(folder, 'elsewhere', 'real.html');
    writeFileSync(target, 'old');
    symlinkSync(target, join(folder, 'link.html'));
    await writeOutputFile(join(folder, 'link.html'), 'new');
    expect(readFileSync(target, 'utf8')).toBe('new');
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual(['real.html']);
  });

  it('writes to a device as it is, and never puts a file in its place', async () => {
    await writeOutputFile('/dev/null', 'gone');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it.each(['', '/', '/.'])('refuses a folder, written with %j at its end', async (end) => {
    await expect(writeOutputFile(`${folder}${end}`, 'x')).rejects.toMatchObject({
      kind: 'usage',
      message: `--output ${folder}${end}: this is a folder.`,
      hint: `Name a file in it, for example: --output ${join(folder, 'report.html')}`,
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['missing/report.html', 'usage', 'its folder does not exist'],
    ['file/report.html', 'usage', 'a part of its path is no folder'],
    ['loop', 'usage', 'its symbolic links lead in a circle'],
    [`${'x'.repeat(300)}.html`, 'usage', 'the name is too long'],
  ])('says why %s cannot be written, without the name of its draft', async (name, kind, why) => {
    writeFileSync(join(folder, 'file'), '');
    symlinkSync('loop', join(folder, 'loop'));
    const path = join(folder, name);
    await expect(writeOutputFile(path, 'x')).rejects.toMatchObject({
      kind,
      message: `--output ${path} cannot be written: ${why}.`,
    });
    expect(readdirSync(folder).sort()).toEqual(['file', 'loop']);
  });

  // A device that is always full; only Linux has one.
  it.skipIf(!existsSync('/dev/full'))('says that the disk is full', async () => {
    await expect(writeOutputFile('/dev/full', 'x')).rejects.toMatchObject({
      kind: 'temporary',
      message: '--output /dev/full cannot be written: the disk is full.',
    });
  });

  it('never shows a reader half a file', async () => {
    const path = join(folder, 'report.html');
    const texts = ['a', 'b'].map((letter) => letter.repeat(2_000_000));
    await writeOutputFile(path, 'a');
    let isWriting = true;
    const writing = (async () => {
      for (let round = 0; round < 10; round += 1) await writeOutputFile(path, texts[round % 2] ?? '');
      isWriting = false;
    })();
    const seen = new Set<string>();
    while (isWriting) seen.add(await readFile(path, 'utf8'));
    await writing;
    expect([...seen].filter((text) => !['a', ...texts].includes(text))).toEqual([]);
    expect(readFileSync(path, 'utf8')).toBe(texts[1]);
  });
});
