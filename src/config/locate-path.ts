/** @returns What turns a path written in `file` into one that can be opened: a relative one begins at the folder of the file. */
export function locatePath(file: string): (path: string) => string {
  const folder = file.replace(/[^/\\]*$/, '');
  return (path) => (isAbsolute(path) ? path : folder + path.replace(/^(?:\.\/)+/, ''));
}

const isAbsolute = (path: string) => /^(?:[/\\]|[A-Za-z]:[/\\])/.test(path);
