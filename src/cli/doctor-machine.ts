import { access, constants, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerConfig } from '../config/server-config.ts';
import { about, type Examination } from '../workflows/doctor/examination.ts';
import { guard } from './doctor-guard.ts';
import type { Connection, Services } from './services.ts';

interface Machine {
  readonly server: ServerConfig;
  readonly connection: Connection;
  readonly services: Services;
}

/** Looks after what this machine has to give: git, the store, the folder for what can be fetched again. */
export async function* examineMachine(machine: Machine): AsyncGenerator<Examination, void, void> {
  const { server, connection, services } = machine;
  const git = { check: 'git', where: 'git' };
  yield* await guard(git, async () => [about(git).ok(`${await services.findGit()}.`)]);
  const store = { check: 'store', where: server.store.kind === 'sqlite' ? server.store.path : 'postgres' };
  yield* await guard(store, async () => {
    const { told } = await connection.openStore();
    // Written where nothing is looked for.
    await told.record('', 'doctor', '', new Date());
    return [about(store).ok('It can be read and written.')];
  });
  const cache = { check: 'cache', where: server.cache };
  yield* await guard(cache, async () => {
    await mkdir(server.cache, { recursive: true });
    await access(server.cache, constants.R_OK | constants.W_OK | constants.X_OK);
    const probe = join(server.cache, `.doctor-${process.pid}`);
    await writeFile(probe, '');
    await rm(probe);
    return [about(cache).ok('The folder can be written.')];
  });
}
