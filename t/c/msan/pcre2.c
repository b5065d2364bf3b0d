/*
 * pcre2.c
 *	  What MemorySanitizer can't see of PCRE2, whose library is built without it:
 *	  that it has written what it returns by pointers, and what it compares.
 *
 * Linked with --wrap=NAME for each __wrap_NAME here (t/checkers.mk).  The text
 * that goes in is looked at, too: that PCRE2 reads it is as little seen.
 *
 * iconv() needs no such help: MemorySanitizer's runtime knows it.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <sanitizer/msan_interface.h>

pcre2_code *__real_pcre2_compile_8(PCRE2_SPTR, PCRE2_SIZE, uint32_t, int *, PCRE2_SIZE *, pcre2_compile_context *);
pcre2_code *__wrap_pcre2_compile_8(PCRE2_SPTR, PCRE2_SIZE, uint32_t, int *, PCRE2_SIZE *, pcre2_compile_context *);
int			__real_pcre2_match_8(const pcre2_code *, PCRE2_SPTR, PCRE2_SIZE, PCRE2_SIZE, uint32_t, pcre2_match_data *, pcre2_match_context *);
int			__wrap_pcre2_match_8(const pcre2_code *, PCRE2_SPTR, PCRE2_SIZE, PCRE2_SIZE, uint32_t, pcre2_match_data *, pcre2_match_context *);
int			__real_pcre2_pattern_info_8(const pcre2_code *, uint32_t, void *);
int			__wrap_pcre2_pattern_info_8(const pcre2_code *, uint32_t, void *);
int			__real_pcre2_jit_compile_8(pcre2_code *, uint32_t);
int			__wrap_pcre2_jit_compile_8(pcre2_code *, uint32_t);
int			__real_pcre2_get_error_message_8(int, PCRE2_UCHAR *, PCRE2_SIZE);
int			__wrap_pcre2_get_error_message_8(int, PCRE2_UCHAR *, PCRE2_SIZE);
int			__real_pcre2_set_callout_8(pcre2_match_context *, int (*)(pcre2_callout_block *, void *), void *);
int			__wrap_pcre2_set_callout_8(pcre2_match_context *, int (*)(pcre2_callout_block *, void *), void *);

pcre2_code *
__wrap_pcre2_compile_8(PCRE2_SPTR pattern, PCRE2_SIZE length, uint32_t options, int *error, PCRE2_SIZE *offset,
					   pcre2_compile_context *context)
{
	pcre2_code *code;

	if (length != PCRE2_ZERO_TERMINATED)
		__msan_check_mem_is_initialized(pattern, length);
	__msan_scoped_disable_interceptor_checks();
	code = __real_pcre2_compile_8(pattern, length, options, error, offset, context);
	__msan_scoped_enable_interceptor_checks();
	__msan_unpoison(error, sizeof(*error));
	__msan_unpoison(offset, sizeof(*offset));
	return code;
}

int
__wrap_pcre2_match_8(const pcre2_code *code, PCRE2_SPTR text, PCRE2_SIZE length, PCRE2_SIZE from, uint32_t options,
					 pcre2_match_data *data, pcre2_match_context *context)
{
	int			result;

	__msan_check_mem_is_initialized(text, length);
	__msan_scoped_disable_interceptor_checks();
	result = __real_pcre2_match_8(code, text, length, from, options, data, context);
	__msan_scoped_enable_interceptor_checks();
	__msan_unpoison(pcre2_get_ovector_pointer(data), 2 * sizeof(PCRE2_SIZE) * pcre2_get_ovector_count(data));
	return result;
}

int
__wrap_pcre2_jit_compile_8(pcre2_code *code, uint32_t options)
{
	int			result;

	__msan_scoped_disable_interceptor_checks();
	result = __real_pcre2_jit_compile_8(code, options);
	__msan_scoped_enable_interceptor_checks();
	return result;
}

/* Each that we ask for is a number of 32 bits or a size. */
int
__wrap_pcre2_pattern_info_8(const pcre2_code *code, uint32_t what, void *where)
{
	int			result = __real_pcre2_pattern_info_8(code, what, where);

	if (result == 0 && where != NULL)
	{
		switch (what)
		{
			case PCRE2_INFO_SIZE:
			case PCRE2_INFO_JITSIZE:
			case PCRE2_INFO_FRAMESIZE:
			case PCRE2_INFO_NAMETABLE:
				__msan_unpoison(where, sizeof(size_t));
				break;
			default:
				__msan_unpoison(where, sizeof(uint32_t));
		}
	}
	return result;
}

int
__wrap_pcre2_get_error_message_8(int number, PCRE2_UCHAR *text, PCRE2_SIZE size)
{
	int			result = __real_pcre2_get_error_message_8(number, text, size);

	__msan_unpoison(text, size);
	return result;
}

/* What PCRE2 calls in the middle of a match, with a block and arguments that it has written; one at a time. */
static int	(*callout)(pcre2_callout_block *, void *);

__attribute__((no_sanitize("memory"))) static int
call_out(pcre2_callout_block *block, void *data)
{
	__msan_unpoison(block, sizeof(*block));
	return callout(block, data);
}

int
__wrap_pcre2_set_callout_8(pcre2_match_context *context, int (*function)(pcre2_callout_block *, void *), void *data)
{
	callout = function;
	return __real_pcre2_set_callout_8(context, call_out, data);
}
