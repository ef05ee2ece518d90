const LONGEST_BYTES = 64 * 1024;

/**
 * The text of a response's body, at most its first `longest` bytes (64 kB unless told, counted after decompression); the
 * rest is not waited for.
 */
export async function responseText(
  body: ReadableStream<Uint8Array> | null | undefined,
  longest: number = LONGEST_BYTES,
): Promise<string> {
  if (!body) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  // Leaving the loop early cancels the stream, and with it the download.
  for await (const chunk of body) {
    const taken = chunk.subarray(0, longest - bytes);
    text += decoder.decode(taken, { stream: true });
    bytes += taken.length;
    if (bytes >= longest) break;
  }
  return text + decoder.decode();
}
