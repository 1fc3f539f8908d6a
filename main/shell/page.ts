/**
 * Serves the built page under app://nightjar/, from one folder, for one session. Refuses every other method, host,
 * name and type with an empty answer that carries the same headers. Which names and headers: ownPage.ts.
 */
import { readFile } from 'node:fs/promises';
import type { Session } from 'electron';
import { headersFor, pageFile, pageHeaders, pageScheme } from './ownPage.ts';

export function servePage(session: Session, folder: string): void {
  session.protocol.handle(pageScheme, (request) => answerPage(request.method, request.url, folder));
}

export async function answerPage(method: string, address: string, folder: string): Promise<Response> {
  if (method !== 'GET') return refusal(405);
  const wanted = pageFile(address, folder);
  if (!wanted) return refusal(404);
  try {
    const bytes = await readFile(wanted.file);
    return new Response(bytes, { headers: { ...headersFor(address), 'content-type': wanted.contentType } });
  } catch {
    return refusal(404);
  }
}

function refusal(status: number): Response {
  return new Response(null, { status, headers: { ...pageHeaders } });
}
