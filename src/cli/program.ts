import { Command, Option } from 'commander';
import type { CommandContext } from './services.ts';

const examples = `
Examples:
  $ consignee demo                                  the whole story on real data, without a server
  $ consignee init --dry-run                        the configuration that would be proposed for a repository
  $ consignee doctor                                what is missing or wrong, and what to do about it
  $ consignee plan                                  what would be done, and why
  $ consignee run                                   one pass: open, update and close pull requests
  $ consignee serve                                 the same, hearing of new versions and comments by webhook
  $ consignee explain dev/podinfo                   why this version, and why not another
  $ consignee verify delivery.ctf//acme.example/app:v1.0.0 --signature release --public-key release=release.pub

Exit codes:
  0  done
  1  failed: something cannot be reached or written
  2  wrong usage or configuration
  3  refused: verification or policy said no
  4  something would change (plan --exit-code, diff)`;

const verifyHelp = `
A reference is ARCHIVE//COMPONENT:VERSION, where ARCHIVE is a folder, a tar or a tgz file in the common transport format,
or REGISTRY[/PATH]//COMPONENT:VERSION.

Example:
  $ consignee verify delivery.ctf//ocm.software/demos/podinfo:v1.0.0 --signature ocm-signing --public-key ocm-signing=ocm-signing.pub
  $ consignee verify registry.example.org/team//acme.example/app:v1.0.0 --signature release --public-key release=release.pub

A registry is read with the credentials of ~/.ocmconfig or of Docker; http:// before its name reads it without TLS.`;

type Exit = (code: number) => void;

/** Puts the command line together. Commands are loaded when they are called: help costs no more than this file. */
export function createProgram(context: CommandContext, exit: Exit): Command {
  const program = new Command('consignee')
    .description(
      'Takes delivery of OCM component versions: proves them, renders manifests for Flux, carries them through pull requests.',
    )
    .version('0.1.0')
    .option('-c, --config <file>', 'server configuration (default: "./consignee.yaml")')
    .enablePositionalOptions()
    .showHelpAfterError('(consignee --help lists the commands; consignee <command> --help explains one)')
    .showSuggestionAfterError()
    .addHelpText('after', examples)
    .helpCommand(true)
    .exitOverride()
    .configureOutput({ writeOut: context.terminal.out, writeErr: context.terminal.err });
  addStartCommands(program, context, exit);
  addPassCommands(program, context, exit);
  addContentCommands(program, context, exit);
  addVerifyRender(program, context, exit);
  addPullCommands(program, context, exit);
  return program;
}

/** Options after the command or before it, with the same meaning. */
function withCommon(command: Command, forms?: readonly string[]): Command {
  return withOutput(command, forms)
    .option('-c, --config <file>', 'server configuration (default: "./consignee.yaml")')
    .option('-r, --repository <name>', 'the applications repository, where several are configured');
}

function withOutput(command: Command, forms: readonly string[] = ['text', 'json']): Command {
  return command.addOption(
    new Option('-o, --output <form>', 'how the result is printed').choices(forms).default('text'),
  );
}

function addStartCommands(program: Command, context: CommandContext, exit: Exit): void {
  program
    .command('demo')
    .description('tell the whole story on real data in a folder of its own, without a server')
    .option('-d, --directory <folder>', 'working folder; made anew when it is an earlier demo', '.demo')
    .action(async (options) => exit(await (await import('./demo.ts')).demo(options, context)));
  addInitCommands(program, context, exit);
  withCommon(program.command('validate'))
    .description("check configuration: the server's and that of the applications repositories, or of a checkout")
    .option('-d, --directory <folder>', 'check the .consignee folder of this checkout instead')
    .action(async (_, command: Command) =>
      exit(await (await import('./validate.ts')).validate(command.optsWithGlobals(), context)),
    );
  program
    .command('schema')
    .description('print a JSON schema, for editors and checks')
    .argument('[name]', 'server, repository or application', 'repository')
    .option('--write', 'write all schemas and the reference page into this checkout of Consignee')
    .action(async (name: string, options) => exit(await (await import('./schema.ts')).schema(name, options, context)));
}

function addInitCommands(program: Command, context: CommandContext, exit: Exit): void {
  const token = '--admin-token <reference>';
  const lent = "where the token of an owner stands, as env:NAME: lent for this one command, for the forge's webhooks";
  withCommon(program.command('init'))
    .description(
      'prepare an applications repository: propose a configuration, open the issue for commands, set up the webhook',
    )
    .option('--registry <name>', 'host and path of the registry, where it cannot be told')
    .option('--component <name>', 'a component to deploy, instead of those that are found (repeatable)', repeat)
    .option('--public-key <name=file>', 'the public key of a signature (repeatable)', repeat)
    .option('--installed <environment/application=version>', 'the version that runs (repeatable)', repeat)
    .option(token, lent)
    .option('--dry-run', 'print the configuration that would be proposed, and write nothing')
    .action(async (_, command: Command) =>
      exit(await (await import('./init.ts')).init(command.optsWithGlobals(), context)),
    );
  withCommon(program.command('doctor'))
    .description('look after everything that is needed, and say what to do about what is wrong')
    .option(token, lent)
    .action(async (_, command: Command) =>
      exit(await (await import('./doctor.ts')).doctor(command.optsWithGlobals(), context)),
    );
}

function addPassCommands(program: Command, context: CommandContext, exit: Exit): void {
  const installations = ['[installations...]', 'as environment/application; all when none is given'] as const;
  withCommon(program.command('plan'))
    .description('show what a pass would do, and why; write nothing')
    .argument(...installations)
    .option('--exit-code', 'exit with 4 when something would change')
    .action(async (only: string[], _, command: Command) =>
      exit(await (await import('./pass-commands.ts')).plan(only, command.optsWithGlobals(), context)),
    );
  withCommon(program.command('run'))
    .description('make one pass over all installations and exit')
    .argument(...installations)
    .action(async (only: string[], _, command: Command) =>
      exit(await (await import('./pass-commands.ts')).run(only, command.optsWithGlobals(), context)),
    );
  withCommon(program.command('serve'))
    .description('listen to webhooks, answer commands, and look at everything from time to time, until stopped')
    .action(async (_, command: Command) =>
      exit(await (await import('./serve.ts')).serve(command.optsWithGlobals(), context)),
    );
  withCommon(program.command('status'))
    .description('show where every installation stands')
    .argument(...installations)
    .action(async (only: string[], _, command: Command) =>
      exit(await (await import('./pass-commands.ts')).status(only, command.optsWithGlobals(), context)),
    );
  withOutput(program.command('explain'))
    .description('say why an installation is where it is, and why not elsewhere; or where its settings come from')
    .argument('[installation]', 'as environment/application')
    .option('-s, --settings', 'print each setting in effect, with the file and line it comes from')
    .option(
      '-c, --config [file]',
      'server configuration (default: "./consignee.yaml"); without a file, the same as --settings',
    )
    .option('-r, --repository <name>', 'the applications repository, where several are configured')
    .action(async (name: string | undefined, _, command: Command) =>
      exit(await (await import('./explain.ts')).explain(name, command.optsWithGlobals(), context)),
    );
  withCommon(program.command('diff'), ['text', 'json', 'markdown'])
    .description('show what the next pull request changes; exit with 4 when there is anything')
    .argument('<installation>', 'as environment/application')
    .action(async (name: string, _, command: Command) =>
      exit(await (await import('./diff.ts')).diff(name, command.optsWithGlobals(), context)),
    );
  withCommon(program.command('render'))
    .description('print the files of an installation as they would be written, or write them into a folder')
    .argument('<installation>', 'as environment/application')
    .option('-d, --directory <folder>', 'write the files here')
    .action(async (name: string, _, command: Command) =>
      exit(await (await import('./render.ts')).render(name, command.optsWithGlobals(), context)),
    );
}

function addVerifyRender(program: Command, context: CommandContext, exit: Exit): void {
  withCommon(program.command('verify-render'))
    .description('verify that a commit has, byte for byte, what Consignee renders; exit with 3 when something differs')
    .argument('[installations...]', 'as environment/application; all when none is given')
    .option('--commit <revision>', 'a branch, or the id of a commit (default: the tip of the base branch)')
    .action(async (only: string[], _, command: Command) =>
      exit(await (await import('./verify-render.ts')).verifyRenderCommand(only, command.optsWithGlobals(), context)),
    );
}

const repeat = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

function addContentCommands(program: Command, context: CommandContext, exit: Exit): void {
  withOutput(program.command('verify'))
    .description('prove that a component version is whole and signed; needs no configuration')
    .argument('<reference>', 'ARCHIVE//COMPONENT:VERSION, or REGISTRY[/PATH]//COMPONENT:VERSION')
    .option('-c, --config <file>', 'server configuration, whose registries are used (default: none)')
    .option('--signature <name>', 'a signature that must be there and hold (repeatable: all of them)', repeat)
    .option('--public-key <name=file>', 'a public key of a signature (repeatable: any of them)', repeat)
    .option(
      '--root-ca <name=file>',
      'root certificates to which the certificates in a signature must lead (repeatable)',
      repeat,
    )
    .option(
      '--issuer <name=dn>',
      'the distinguished name that the certificate of a signature must have (repeatable)',
      repeat,
    )
    .option(
      '--normalisation <name>',
      'a normalisation that is admitted (repeatable; default: all that are supported)',
      repeat,
    )
    .option('--at <time>', 'the time to judge keys and certificates by, as RFC 3339 (default: now)')
    .addHelpText('after', verifyHelp)
    .action(async (reference: string, options) =>
      exit(await (await import('./verify.ts')).verifyCommand(reference, options, context)),
    );
}

function addPullCommands(program: Command, context: CommandContext, exit: Exit): void {
  const pull = program.command('pull').description('work with pull requests on any forge, plain git included');
  const person = ['--as <person>', 'who acts, as "Name <address>" (default: as git knows you)'] as const;
  const load = () => import('./pull.ts');
  withCommon(pull.command('list'))
    .description('list the open pull requests')
    .option('-a, --all', 'those that ended too')
    .action(async (_, command: Command) => exit(await (await load()).pullList(command.optsWithGlobals(), context)));
  withCommon(pull.command('show'))
    .description('show a pull request with its text and comments')
    .argument('<number>')
    .action(async (number: string, _, command: Command) =>
      exit(await (await load()).pullShow(number, command.optsWithGlobals(), context)),
    );
  withCommon(pull.command('diff'))
    .description('show what a pull request changes')
    .argument('<number>')
    .option('-a, --all', 'the lock file and the evidence too')
    .action(async (number: string, _, command: Command) =>
      exit(await (await load()).pullDiff(number, command.optsWithGlobals(), context)),
    );
  withCommon(pull.command('merge'))
    .description('merge a pull request')
    .argument('<number>')
    .option('--head <commit>', 'merge only while its head is this commit')
    .option(...person)
    .action(async (number: string, _, command: Command) =>
      exit(await (await load()).pullMerge(number, command.optsWithGlobals(), context)),
    );
  withCommon(pull.command('close'))
    .description('close a pull request: what it proposes is skipped')
    .argument('<number>')
    .option(...person)
    .action(async (number: string, _, command: Command) =>
      exit(await (await load()).pullClose(number, command.optsWithGlobals(), context)),
    );
  withCommon(pull.command('comment'))
    .description('comment on a pull request')
    .argument('<number>')
    .argument('<text>')
    .option(...person)
    .action(async (number: string, text: string, _, command: Command) =>
      exit(await (await load()).pullComment(number, text, command.optsWithGlobals(), context)),
    );
}
