/*
 * poison.h
 *	  Tells AddressSanitizer, MemorySanitizer and valgrind who owns what inside
 *	  of memory that was allocated as a whole, so that they see a byte read past
 *	  a piece of an arena, or read before it was written.
 *
 * poison(p, n)		nobody may touch these bytes
 * unpoison(p, n)	they may be written, and hold nothing yet
 * POISON_GAP		bytes to leave poisoned behind each piece
 *
 * Nothing at all where none of the three looks on; valgrind does when
 * USE_VALGRIND is defined, as PostgreSQL has it.
 */
#ifndef BOUNCE_POISON_H
#define BOUNCE_POISON_H

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POISON_ASAN 1
#elif __has_feature(memory_sanitizer)
#define POISON_MSAN 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define POISON_ASAN 1
#endif

#if defined(POISON_ASAN)
#include <sanitizer/asan_interface.h>
#define POISON_GAP 16
#define poison(p, n) ASAN_POISON_MEMORY_REGION(p, n)
#define unpoison(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#elif defined(POISON_MSAN)
#include <sanitizer/msan_interface.h>
#define POISON_GAP 16
#define poison(p, n) __msan_poison(p, n)
#define unpoison(p, n) __msan_allocated_memory(p, n)
#elif defined(USE_VALGRIND)
#include <valgrind/memcheck.h>
#define POISON_GAP 16
#define poison(p, n) ((void) VALGRIND_MAKE_MEM_NOACCESS(p, n))
#define unpoison(p, n) ((void) VALGRIND_MAKE_MEM_UNDEFINED(p, n))
#else
#define POISON_GAP 0
#define poison(p, n) ((void) 0)
#define unpoison(p, n) ((void) 0)
#endif

#endif							/* BOUNCE_POISON_H */
