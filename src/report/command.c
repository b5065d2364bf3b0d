/*
 * command.c
 *	  The SMTP commands that markers stand for.
 */
#include "report/markers.h"

const char *
marker_command(uint16_t marker)
{
	switch (marker)
	{
		case MARKER_AT_CONNECT:
			return "CONN";
		case MARKER_AT_EHLO:
			return "EHLO";
		case MARKER_AT_HELO:
			return "HELO";
		case MARKER_AT_STARTTLS:
			return "STARTTLS";
		case MARKER_AT_AUTH:
			return "AUTH";
		case MARKER_AT_MAIL:
			return "MAIL";
		case MARKER_AT_RCPT:
			return "RCPT";
		case MARKER_AT_DATA:
			return "DATA";
		case MARKER_AT_QUIT:
			return "QUIT";
		default:
			return NULL;
	}
}
