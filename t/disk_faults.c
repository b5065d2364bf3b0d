/*
 * disk_faults.c
 *	  A disk that is full, or fails, when it is told to: for LD_PRELOAD, by
 *	  t/disk_full.t.
 *
 * While the folder DISK_FAULTS holds a file of that name:
 *
 *	full-base	relations can't grow
 *	full-temp	nor temporary files
 *	full-wal	no new segment of the write-ahead log can be written
 *	bad-sync	relations can't be flushed
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static bool
told(const char *name)
{
	const char *folder = getenv("DISK_FAULTS");
	char		path[1024];

	if (folder == NULL)
		return false;
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return access(path, F_OK) == 0;
}

/* Is the file one of those whose path holds these words? */
static bool
is_file(int fd, const char *part)
{
	char		link[64];
	char		path[1024];
	ssize_t		n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0)
		return false;
	path[n] = '\0';
	return strstr(path, part) != NULL;
}

/* Does the write fail for lack of space: does the file grow? */
static bool
is_full(int fd, long long end)
{
	int			kept = errno;
	bool		full = false;
	struct stat status;

	if (told("full-temp") && is_file(fd, "/pgsql_tmp"))
		full = true;
	else if (told("full-wal") && is_file(fd, "/pg_wal/xlogtemp"))
		full = true;
	else if (told("full-base") && is_file(fd, "/base/") && !is_file(fd, "/pgsql_tmp"))
		full = fstat(fd, &status) == 0 && end > (long long) status.st_size;
	errno = full ? ENOSPC : kept;
	return full;
}

static long long
length_of(const struct iovec *iov, int count)
{
	long long	length = 0;

	for (int i = 0; i < count; i++)
		length += (long long) iov[i].iov_len;
	return length;
}

#define REAL(name) ((__typeof__(&name)) dlsym(RTLD_NEXT, #name))

ssize_t
write(int fd, const void *bytes, size_t n)
{
	static ssize_t (*real) (int, const void *, size_t);

	if (real == NULL)
		real = REAL(write);
	return is_full(fd, 1LL << 62) ? -1 : real(fd, bytes, n);
}

ssize_t
pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	static ssize_t (*real) (int, const void *, size_t, off_t);

	if (real == NULL)
		real = REAL(pwrite);
	return is_full(fd, (long long) at + (long long) n) ? -1 : real(fd, bytes, n, at);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
	static ssize_t (*real) (int, const void *, size_t, off64_t);

	if (real == NULL)
		real = REAL(pwrite64);
	return is_full(fd, (long long) at + (long long) n) ? -1 : real(fd, bytes, n, at);
}

ssize_t
pwritev(int fd, const struct iovec *iov, int count, off_t at)
{
	static ssize_t (*real) (int, const struct iovec *, int, off_t);

	if (real == NULL)
		real = REAL(pwritev);
	return is_full(fd, (long long) at + length_of(iov, count)) ? -1 : real(fd, iov, count, at);
}

ssize_t
pwritev64(int fd, const struct iovec *iov, int count, off64_t at)
{
	static ssize_t (*real) (int, const struct iovec *, int, off64_t);

	if (real == NULL)
		real = REAL(pwritev64);
	return is_full(fd, (long long) at + length_of(iov, count)) ? -1 : real(fd, iov, count, at);
}

/* These return what went wrong. */
int
posix_fallocate(int fd, off_t at, off_t n)
{
	static int	(*real) (int, off_t, off_t);

	if (real == NULL)
		real = REAL(posix_fallocate);
	return is_full(fd, (long long) at + (long long) n) ? ENOSPC : real(fd, at, n);
}

int
posix_fallocate64(int fd, off64_t at, off64_t n)
{
	static int	(*real) (int, off64_t, off64_t);

	if (real == NULL)
		real = REAL(posix_fallocate64);
	return is_full(fd, (long long) at + (long long) n) ? ENOSPC : real(fd, at, n);
}

static bool
is_bad(int fd)
{
	if (!told("bad-sync") || !is_file(fd, "/base/"))
		return false;
	errno = EIO;
	return true;
}

int
fsync(int fd)
{
	static int	(*real) (int);

	if (real == NULL)
		real = REAL(fsync);
	return is_bad(fd) ? -1 : real(fd);
}

int
fdatasync(int fd)
{
	static int	(*real) (int);

	if (real == NULL)
		real = REAL(fdatasync);
	return is_bad(fd) ? -1 : real(fd);
}
