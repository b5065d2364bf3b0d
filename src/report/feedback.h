/*
 * feedback.h
 *	  Complaints: the Abuse Reporting Format (RFC 5965, 6591, 6650).
 */
#ifndef BOUNCE_FEEDBACK_H
#define BOUNCE_FEEDBACK_H

#include "report/report.h"

/* Reads the fields of a message/feedback-report part (decoded) and adds a delivery per complainer. */
void		feedback_read(Report *report, Slice text, char line_end);

#endif							/* BOUNCE_FEEDBACK_H */
