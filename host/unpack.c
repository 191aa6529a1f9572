/* unpack.c: see unpack.h. */
#include "unpack.h"

#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

/* ---- gzip ---- */

struct gz {
    z_stream z;
    bool between; /* a member has ended, and nothing of the next one was seen */
};

enum { GZIP_ONLY = 16 + MAX_WBITS };

static void *gz_open(void)
{
    struct gz *gz = calloc(1, sizeof *gz);

    if (gz != NULL && inflateInit2(&gz->z, GZIP_ONLY) != Z_OK) {
        free(gz);
        return NULL;
    }
    return gz;
}

static void gz_close(void *unpacker)
{
    struct gz *gz = unpacker;

    inflateEnd(&gz->z);
    free(gz);
}

static enum unpack_status gz_step(void *unpacker, struct unpack_step *s, bool in_end)
{
    struct gz *gz = unpacker;
    int rc;

    if (gz->between && s->in_left == 0)
        return in_end ? UNPACK_END : UNPACK_MORE;
    if (gz->between && inflateReset(&gz->z) != Z_OK)
        return UNPACK_DAMAGED;
    gz->between = false;
    gz->z.next_in = (z_const Bytef *)s->in;
    gz->z.avail_in = (uInt)s->in_left;
    gz->z.next_out = (Bytef *)s->out;
    gz->z.avail_out = (uInt)s->out_left;
    rc = inflate(&gz->z, Z_NO_FLUSH);
    s->in_left = gz->z.avail_in;
    s->out_left = gz->z.avail_out;
    gz->between = rc == Z_STREAM_END;
    if (rc == Z_BUF_ERROR) /* nothing could be done: no input, and no text left inside */
        return in_end ? UNPACK_TRUNCATED : UNPACK_MORE;
    return rc == Z_OK || rc == Z_STREAM_END ? UNPACK_MORE : UNPACK_DAMAGED;
}

/* ---- xz ---- */

static void *xz_open(void)
{
    lzma_stream *xz = calloc(1, sizeof *xz);

    if (xz != NULL && lzma_stream_decoder(xz, UINT64_MAX, LZMA_CONCATENATED) != LZMA_OK) {
        free(xz);
        return NULL;
    }
    return xz;
}

static void xz_close(void *unpacker)
{
    lzma_end(unpacker);
    free(unpacker);
}

static enum unpack_status xz_step(void *unpacker, struct unpack_step *s, bool in_end)
{
    lzma_stream *xz = unpacker;
    lzma_ret rc;

    xz->next_in = s->in;
    xz->avail_in = s->in_left;
    xz->next_out = (uint8_t *)s->out;
    xz->avail_out = s->out_left;
    rc = lzma_code(xz, in_end ? LZMA_FINISH : LZMA_RUN);
    s->in_left = xz->avail_in;
    s->out_left = xz->avail_out;
    if (rc == LZMA_STREAM_END)
        return UNPACK_END;
    if (rc == LZMA_BUF_ERROR)
        return in_end ? UNPACK_TRUNCATED : UNPACK_MORE;
    return rc == LZMA_OK ? UNPACK_MORE : UNPACK_DAMAGED;
}

/* ---- zstd ---- */

struct zst {
    ZSTD_DStream *stream;
    bool between; /* at the end of a frame */
};

static void *zst_open(void)
{
    struct zst *zst = calloc(1, sizeof *zst);

    if (zst != NULL && (zst->stream = ZSTD_createDStream()) == NULL) {
        free(zst);
        return NULL;
    }
    return zst;
}

static void zst_close(void *unpacker)
{
    struct zst *zst = unpacker;

    ZSTD_freeDStream(zst->stream);
    free(zst);
}

static enum unpack_status zst_step(void *unpacker, struct unpack_step *s, bool in_end)
{
    struct zst *zst = unpacker;
    ZSTD_inBuffer in = {s->in, s->in_left, 0};
    ZSTD_outBuffer out = {s->out, s->out_left, 0};
    size_t rc;

    if (s->in_left == 0 && in_end && zst->between)
        return UNPACK_END;
    rc = ZSTD_decompressStream(zst->stream, &out, &in);
    s->in_left -= in.pos;
    s->out_left -= out.pos;
    if (ZSTD_isError(rc))
        return UNPACK_DAMAGED;
    if (in.pos != 0 || out.pos != 0)
        zst->between = rc == 0;
    else if (in_end)
        return UNPACK_TRUNCATED;
    return UNPACK_MORE;
}

static const struct unpack_ops unpackers[] = {
    {".gz", gz_open, gz_step, gz_close},
    {".xz", xz_open, xz_step, xz_close},
    {".zst", zst_open, zst_step, zst_close},
};

const struct unpack_ops *unpack_find(const char *path)
{
    size_t len = strlen(path);

    for (size_t i = 0; i < sizeof unpackers / sizeof unpackers[0]; i++) {
        size_t n = strlen(unpackers[i].suffix);

        if (len > n && strcmp(path + len - n, unpackers[i].suffix) == 0)
            return &unpackers[i];
    }
    return NULL;
}
