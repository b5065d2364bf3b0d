#!/bin/sh
# The data compiler: good tables compile to C that compiles, and each kind of
# bad line is refused with its file and number.
#
# Speaks TAP.  DATAC is the program (build/datac), CC the C compiler.
set -u
export LC_ALL=C

root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
datac=${DATAC:-$root/build/datac}
case $datac in /*) ;; *) datac=$PWD/$datac ;; esac
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

n=0
failed=0
ok() # STATUS NAME
{
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		failed=1
		echo "not ok $n - $2"
		sed 's/^/# /' err 2>/dev/null
	fi
}

# Writes the good tables afresh to data/ and empties out/.
good()
{
	rm -rf data out
	mkdir data out
	printf 'reason\tkind\thard_bounce\tfault\tadvice\tmeaning\tbouncehammer\tkumomta\tsparkpost\tses\tpowermta\tpostmark\tsendgrid\nuserunknown\tfailure\tt\trecipient\tremove\tno such "user"??/\nblocked\tfailure\tf\tsender\tfix_sender\trefused */ by /* list\n' >data/reasons.tsv
	printf '# a comment\n\nphrase\treason\trank\tprovider\tlanguage\tsource\nUser  Unknown\tuserunknown\nmail to * refused\tblocked\tspecific\tyahoo,google\ten\tseen\n\\#5.1.1 \\* \\\\\tuserunknown\ttrap\n' >data/phrases.tsv
	# other columns in another order
	printf 'reason\tphrase\nuserunknown\t\345\256\233\345\205\210 \344\270\215\346\230\216\nblocked\t=in use\n' >data/phrases-more.tsv
	printf 'code\treason\tstrength\tmeaning\n5.1.1\tuserunknown\tdecides\tbad mailbox\nX.7.1\tblocked\tnone\tpolicy\n5.7.606-609\tblocked\tweak\trange\n' >data/status.tsv
	printf 'provider\tcode\treason\tmeaning\nyahoo\t5.1.1\tblocked\tours\n' >data/provider-status.tsv
	printf 'code\tcommand\treason\tmeaning\n550\t\tuserunknown\tany\n550\tRCPT\tuserunknown\tno\n421\tDATA\tblocked\tbusy\n' >data/replies.tsv
	printf 'provider\ttitle\nyahoo\tYahoo\ngoogle\tGoogle\n' >data/providers.tsv
	printf 'suffix\tprovider\tgroup\tuse\nyahoo.com\tyahoo\twebmail\tdestination\nexample\t\treserved\tboth\n' >data/domains.tsv
	printf 'fragment\tname\nzen.spamhaus.org\tspamhaus-zen\n' >data/blocklists.tsv
	printf 'local\trole\tsource\npostmaster\ttechnical\tRFC 2142\n' >data/roles.tsv
	printf 'domain\tservice\tsource\nthrow.example\tThrow\tvendor\n' >data/disposable.tsv
	printf 'kept\tuse\nmonday\nsubject\tsubject\n' >data/kept.tsv
	printf 'words\trole\npostmaster\toffice\nsent by\tfrom\n' >data/bystanders.tsv
	printf 'decoder\ttitle\trole\nqmail\tqmail\nExim\tExim\tgateway\n' >data/decoders.tsv
	printf 'kind\tmeaning\nstart\tfailed recipients follow\nat-rcpt\tit failed at RCPT\n' >data/marker-kinds.tsv
	printf 'phrase\tmarker\tdecoder\twhere\nfailed recipients:\tstart\tExim\tline\n=(at rcpt)\tat-rcpt\n' >data/markers.tsv
	printf 'kind\tmeaning\ndaemon\tthe sender is a mail system\n' >data/sign-kinds.tsv
	printf 'vocabulary\tname\treason\nkumomta\tInvalidRecipient\tuserunknown\nkumomta\tSubscribe\nses\tPermanent/General\tuserunknown\n' >data/vocabularies.tsv
	printf 'service\tdecoder\tneeds\tvocabulary\trole\tsource\nsg\tqmail\tevent email|recipient\t\t\tseen\nkm\tExim\ttype\tkumomta\tplain\tseen\n' >data/webhooks.tsv
	printf 'service\tpath\tattribute\nsg\tEvent\tevent\nsg\temail\trecipient\nkm\tlist[].Code\tcode\n' >data/webhook-paths.tsv
	printf 'service\tevent\tclass\tkind\treason\tweight\nsg\tbounce\t\tfailure\nsg\t*\tlisted\t\tblocked\tknows\nkm\t-\t\tnone\n' >data/webhook-events.tsv
	printf 'key\tholds\ndata\ta list\n' >data/webhook-envelopes.tsv
	printf 'phrase\tsign\tdecoder\twhere\nfrom: *mailer-daemon\tdaemon\t\tstart\n' >data/signs.tsv
}

run()
{
	"$datac" data out >/dev/null 2>err
}

# The outputs compile with a C compiler that is told to be strict.
compiles()
{
	for file in knowledge markers; do
		${CC:-cc} -std=gnu11 -Wall -Wextra -Wshadow -Werror -fPIC -I"$root/src" -Iout -c -o $file.o out/$file.c 2>>err || return 1
	done
}

good
run
ok $? "good tables are taken"
[ ! -s err ]
ok $? "without a word"
compiles
ok $? "the result compiles"

# A program that looks at the tables.
cat >look.c <<'EOF'
#include <stdio.h>
#include <stdlib.h>
#include "classify/knowledge.h"
#include "report/markers.h"
static bool
print(void *context, const MatchHit *hit)
{
	printf("%s %u [%u,%u)\n", (const char *) context, hit->phrase, hit->start, hit->end);
	return true;
}
static void *
allocate(void *owner, size_t size)
{
	(void) owner;
	return malloc(size);
}
static void
release(void *owner, void *block)
{
	(void) owner;
	free(block);
}
int
main(void)
{
	Arena		arena;
	uint32_t	i;

	arena_init(&arena, allocate, release, NULL, NULL);
	for (i = 0; i < REASON_COUNT; i++)
		printf("reason %s %s\n", knowledge_reasons[i].reason, knowledge_reasons[i].meaning);
	for (i = 0; i < knowledge_phrase_count; i++)
		printf("phrase %s:%u %s %d %d %d %d %s\n", known(knowledge_phrases[i].file), knowledge_phrases[i].line,
			   known(knowledge_phrases[i].phrase), knowledge_phrases[i].reason, knowledge_phrases[i].provider,
			   knowledge_phrases[i].rank, knowledge_phrases[i].literal,
			   knowledge_phrases[i].source ? known(knowledge_phrases[i].source) : "-");
	for (i = 0; i < knowledge_status_count; i++)
		printf("status %d %u %d %d\n", knowledge_statuses[i].provider, knowledge_statuses[i].code,
			   knowledge_statuses[i].reason, knowledge_statuses[i].strength);
	for (i = 0; i < knowledge_reply_count; i++)
		printf("reply %d %s\n", knowledge_replies[i].code, knowledge_replies[i].command ? knowledge_replies[i].command : "-");
	for (i = 0; i < knowledge_provider_count; i++)
		printf("provider %s\n", knowledge_providers[i].provider);
	for (i = 0; i < knowledge_domain_count; i++)
		printf("domain %s %d %s %d\n", known(knowledge_domains[i].suffix), knowledge_domains[i].provider,
			   known(knowledge_domains[i].host_group), knowledge_domains[i].use);
	for (i = 0; i < knowledge_decoder_count; i++)
		printf("decoder %s\n", knowledge_decoders[i].decoder);
	for (i = 0; i < knowledge_marker_count; i++)
		printf("marker %s %d %d %d\n", known(knowledge_markers[i].phrase), knowledge_markers[i].marker,
			   knowledge_markers[i].decoder, knowledge_markers[i].where);
	printf("ids %d %d\n", MARKER_COUNT, SIGN_COUNT);
	match_run(&knowledge_phrase_match, &arena, SLICE_LIT("550 user unknown: mail to x refused, in use"), print, "phrase");
	match_run(&knowledge_blocklist_match, &arena, SLICE_LIT("see zen.spamhaus.org"), print, "blocklist");
	match_run(&knowledge_marker_match, &arena, SLICE_LIT("failed recipients: x (at rcpt)"), print, "marker");
	match_run(&knowledge_sign_match, &arena, SLICE_LIT("from: mailer-daemon@example"), print, "sign");
	arena_reset(&arena);
	return 0;
}
EOF

look()
{
	${CC:-cc} -std=gnu11 -Wall -Wextra -Werror -I"$root/src" -Iout -o look look.c out/knowledge.c out/markers.c \
		"$root/src/match/match.c" "$root/src/mail/arena.c" "$root/src/mail/slice.c" 2>>err && ./look >got
}

cat >want <<'EOF'
reason userunknown no such "user"??/
reason blocked refused */ by /* list
phrase phrases-more.tsv:2 宛先不明 0 65535 1 12 -
phrase phrases-more.tsv:3 =in use 1 65535 1 6 -
phrase phrases.tsv:4 user unknown 0 65535 1 12 -
phrase phrases.tsv:5 mail to * refused 1 1 2 16 seen
phrase phrases.tsv:5 mail to * refused 1 0 2 16 seen
phrase phrases.tsv:6 \#5.1.1 \* \\ 0 65535 3 10 -
status 1 5001001 1 2
status 65535 4007001 1 0
status 65535 5001001 0 2
status 65535 5007001 1 0
status 65535 5007606 1 1
status 65535 5007607 1 1
status 65535 5007608 1 1
status 65535 5007609 1 1
reply 421 DATA
reply 550 RCPT
reply 550 -
provider google
provider yahoo
domain example 65535 reserved 3
domain yahoo.com 1 webmail 1
decoder Exim
decoder qmail
marker failed recipients: 0 0 2
marker =(at rcpt) 1 65535 0
ids 2 1
phrase 2 [4,16)
phrase 3 [18,35)
phrase 4 [18,35)
phrase 1 [37,43)
blocklist 0 [4,20)
marker 0 [0,18)
marker 1 [21,30)
sign 0 [0,19)
EOF
look
ok $? "a program can use it"
diff want got >err 2>&1
ok $? "and finds what the tables say, in order"

mkdir first
cp -p out/* first/
run
status=$?
for file in knowledge.c markers.c reason_ids.h marker_ids.h; do
	cmp out/$file first/$file >>err 2>&1 || status=1
	[ -z "$(find out/$file -newer first/$file)" ] || status=1
done
ok $status "the same data is not written again"

touch -d '2001-01-01' out/*
printf 'user not found\tuserunknown\n' >>data/phrases.tsv
run
status=$?
[ -n "$(find out/knowledge.c -newer out/markers.c)" ] || status=1
[ -z "$(find out/reason_ids.h -newer out/markers.c)" ] || status=1
ok $status "only what changed is written"

digest()
{
	run
	grep '^const char knowledge_digest' out/knowledge.c
}

good
before=$(digest)
echo '# a remark' >>data/phrases.tsv
[ -n "$before" ] && [ "$(digest)" = "$before" ]
ok $? "the digest of the knowledge is the same with a comment more"
printf 'user not found\tuserunknown\n' >>data/phrases.tsv
[ "$(digest)" != "$before" ]
ok $? "and another one with a phrase more"

good
for file in phrases.tsv phrases-more.tsv status.tsv provider-status.tsv replies.tsv providers.tsv domains.tsv \
	blocklists.tsv bystanders.tsv decoders.tsv disposable.tsv kept.tsv roles.tsv marker-kinds.tsv markers.tsv sign-kinds.tsv signs.tsv webhooks.tsv \
	webhook-paths.tsv webhook-events.tsv webhook-envelopes.tsv vocabularies.tsv; do
	sed '/^#/d;/^$/d' data/$file | head -1 >header
	mv header data/$file
done
run && compiles && look
ok $? "empty tables are taken, and the result compiles"
[ "$(grep -vc '^reason\|^ids' got)" -eq 0 ]
ok $? "and finds nothing"

# bad NAME FILE LINE MESSAGE TEXT: data/FILE with the printf(1) TEXT added (at
# its end) is refused at that line with a message that holds MESSAGE.
bad()
{
	good
	# shellcheck disable=SC2059
	printf "$5" >>"data/$2"
	refused "$1" "$2" "$3" "$4"
}

# The same for tables that are as they should be tried.
refused()
{
	run
	status=$?
	if [ $status -eq 1 ] && [ -z "$(ls out)" ] && grep -F "data/$2:$3: " err | grep -qF -- "$4"; then
		ok 0 "$1"
	else
		ok 1 "$1 (exit $status)"
	fi
}

bad "a missing cell" phrases.tsv 7 'no "reason"' 'mailbox missing\n'
bad "an empty first cell" phrases.tsv 7 'no "phrase"' '\tblocked\n'
bad "too many cells" phrases.tsv 7 '7 cells where the header has 6' 'a b c\tblocked\t\t\t\t\tx\n'
bad "an unknown reason" phrases.tsv 7 'unknown reason "blockd"' 'some words\tblockd\n'
bad "an unknown rank" phrases.tsv 7 'unknown rank "high"' 'some words\tblocked\thigh\n'
bad "an unknown provider" phrases.tsv 7 'unknown provider "gogle"' 'some words\tblocked\t\tyahoo,gogle\n'
bad "an empty provider in a list" phrases.tsv 7 'empty provider' 'some words\tblocked\t\tyahoo,\n'
bad "a bad language" phrases.tsv 7 'bad language "e n"' 'some words\tblocked\t\t\te n\n'
bad "a phrase that stands twice" phrases.tsv 7 'stands already in phrases.tsv:4' 'USER unknown \tblocked\n'
bad "twice but for whole words" phrases.tsv 7 'stands already in phrases.tsv:4' '=user unknown\tblocked\n'
bad "twice in two files" phrases.tsv 7 'stands already in phrases-more.tsv:3' 'in use\tblocked\n'
bad "twice for one provider" phrases.tsv 7 'stands already in phrases.tsv:5' 'mail to * refused\tblocked\t\tgoogle\n'
bad "a provider twice in one line" phrases.tsv 7 'stands already in phrases.tsv:7' 'some words\tblocked\t\tyahoo,yahoo\n'
bad "a phrase that is empty when folded" phrases.tsv 7 'the phrase is empty' '\302\255\302\240\tblocked\n'
bad "a phrase of a star" phrases.tsv 7 'nothing stands' '*\tblocked\n'
bad "a star at the end" phrases.tsv 7 'nothing stands' 'some words *\tblocked\n'
bad "two stars" phrases.tsv 7 'nothing stands' 'some * * words\tblocked\n'
bad "an unknown escape" phrases.tsv 7 'must stand before' 'some\\nwords\tblocked\n'
bad "invalid UTF-8" phrases.tsv 7 'invalid UTF-8' 'm\374ller\tblocked\n'
bad "overlong UTF-8" phrases.tsv 7 'invalid UTF-8' 'a\300\257b\tblocked\n'
bad "UTF-8 that is cut short" phrases.tsv 7 'invalid UTF-8' 'some words\tblocked\t\t\t\t\345\256'
bad "a carriage return" phrases.tsv 7 'carriage return' 'some words\tblocked\r\n'
bad "a control character" phrases.tsv 7 'control character' 'some\001words\tblocked\n'
bad "a NUL byte" phrases.tsv 7 'NUL byte' 'some words\tblocked\000\n'
bad "a bad reason word" reasons.tsv 4 'no plain lower-case word' 'Blocked!\tfailure\tf\tsender\tfix_sender\tx\n'
bad "a reason that stands twice" reasons.tsv 4 'stands already in reasons.tsv:3' 'blocked\tfailure\tf\tsender\tfix_sender\tx\n'
bad "an unknown kind" reasons.tsv 4 'unknown kind "fail"' 'other\tfail\tf\tsender\tfix_sender\tx\n'
bad "a hardness that is none" reasons.tsv 4 'unknown hard_bounce "yes"' 'other\tfailure\tyes\tsender\tfix_sender\tx\n'
bad "an unknown fault" reasons.tsv 4 'unknown fault "me"' 'other\tfailure\tf\tme\tfix_sender\tx\n'
bad "an unknown advice" reasons.tsv 4 'unknown advice "fix"' 'other\tfailure\tf\tsender\tfix\tx\n'
bad "a bad status code" status.tsv 5 'bad status code "5.1"' '5.1\tblocked\tnone\tx\n'
bad "a status class that is none" status.tsv 5 'bad status code "6.1.1"' '6.1.1\tblocked\tnone\tx\n'
bad "a status detail that is too long" status.tsv 5 'bad status code' '5.1.1000\tblocked\tnone\tx\n'
bad "a range that runs backwards" status.tsv 5 'bad status code' '5.7.9-8\tblocked\tnone\tx\n'
bad "a status code in a range" status.tsv 5 '"5.7.607" stands already in status.tsv:4' '5.7.607\tblocked\tnone\tx\n'
bad "a status code that X stands for" status.tsv 5 '"4.7.1" stands already in status.tsv:3' '4.7.1\tblocked\tnone\tx\n'
bad "an unknown strength" status.tsv 5 'unknown strength "strong"' '5.2.2\tblocked\tstrong\tx\n'
bad "an unknown provider of a code" provider-status.tsv 3 'unknown provider "aol"' 'aol\t5.2.2\tblocked\tx\n'
bad "a bad provider code" provider-status.tsv 3 'bad status code' 'yahoo\t5,2,2\tblocked\tx\n'
bad "a provider's code that stands twice" provider-status.tsv 3 'stands already in provider-status.tsv:2' 'yahoo\tX.1.1\tblocked\tx\n'
bad "a bad reply code" replies.tsv 5 'bad reply code "55"' '55\t\tblocked\tx\n'
bad "a reply code that is none" replies.tsv 5 'bad reply code "650"' '650\t\tblocked\tx\n'
bad "a bad command" replies.tsv 5 'bad command "rcpt"' '551\trcpt\tblocked\tx\n'
bad "a reply that stands twice" replies.tsv 5 '"550 RCPT" stands already in replies.tsv:3' '550\tRCPT\tblocked\tx\n'
bad "a provider that stands twice" providers.tsv 4 'stands already in providers.tsv:2' 'yahoo\tx\n'
bad "a provider without a title" providers.tsv 4 'no "title"' 'aol\n'
bad "a domain with a leading dot" domains.tsv 4 'bad domain ".com"' '.com\tyahoo\t\tboth\n'
bad "a domain in capitals" domains.tsv 4 'bad domain' 'Yahoo.jp\tyahoo\t\tboth\n'
bad "a domain that stands twice" domains.tsv 4 'stands already in domains.tsv:2' 'yahoo.com\tyahoo\t\tboth\n'
bad "a domain of nobody" domains.tsv 4 'neither "provider" nor "group"' 'a.com\t\t\tboth\n'
bad "an unknown group" domains.tsv 4 'unknown group "phone"' 'a.com\tyahoo\tphone\tboth\n'
bad "an unknown use" domains.tsv 4 'unknown use "mx"' 'a.com\tyahoo\t\tmx\n'
bad "a block list that stands twice" blocklists.tsv 3 'stands already in blocklists.tsv:2' 'ZEN.spamhaus.org\tx\n'
bad "an unknown role" bystanders.tsv 4 'unknown role "desk"' 'help\tdesk\n'
bad "a bystander that stands twice" bystanders.tsv 4 'stands already in bystanders.tsv:2' 'postmaster\town-office\n'
bad "a service with an unknown decoder" webhooks.tsv 4 'unknown decoder "Sendmail"' 'x\tSendmail\tevent\t\t\tseen\n'
bad "an unknown role of a service" webhooks.tsv 4 'unknown role "any"' 'x\tqmail\tevent\t\tany\tseen\n'
bad "a service that stands twice" webhooks.tsv 4 'stands already in webhooks.tsv:2' 'sg\tqmail\tevent\t\t\tseen\n'
bad "a path of an unknown service" webhook-paths.tsv 5 'unknown service "mg"' 'mg\tevent\tevent\n'
bad "an unknown attribute" webhook-paths.tsv 5 'unknown attribute "evnt"' 'sg\tother\tevnt\n'
bad "a path that stands twice" webhook-paths.tsv 5 'stands already in webhook-paths.tsv:2' 'sg\tevent\tevent\n'
bad "a path that is too long" webhook-paths.tsv 5 'longer than' "sg\t$(printf '%0130d' 0)\tevent\n"
bad "an unknown kind of an event" webhook-events.tsv 5 'unknown kind "fail"' 'sg\tdropped\t\tfail\n'
bad "an unknown reason of an event" webhook-events.tsv 5 'unknown reason "blockd"' 'sg\tdropped\t\tfailure\tblockd\n'
bad "an unknown weight" webhook-events.tsv 5 'unknown weight "says"' 'sg\tdropped\t\tfailure\tblocked\tsays\n'
bad "an event without class and kind" webhook-events.tsv 5 'has no kind' 'sg\tdropped\t\t\tblocked\n'
bad "an event that stands twice" webhook-events.tsv 5 'stands already in webhook-events.tsv:2' 'sg\tBounce\t\tdelay\n'
bad "an envelope that stands twice" webhook-envelopes.tsv 3 'stands already in webhook-envelopes.tsv:2' 'data\tx\n'
bad "an unknown reason of a word" vocabularies.tsv 5 'unknown reason "blockd"' 'ses\tx\tblockd\n'
bad "a word that stands twice" vocabularies.tsv 5 'stands already in vocabularies.tsv:4' 'ses\tpermanent/general\tblocked\n'
bad "words that do not stand together" vocabularies.tsv 5 'do not stand together' 'kumomta\tOther\tblocked\n'
bad "a word of a reason that its vocabulary lacks" reasons.tsv 4 'is no word of kumomta in vocabularies.tsv' 'other\tfailure\tf\tsender\tfix_sender\tx\t\tNoSuch\n'
bad "a role that stands twice" roles.tsv 3 'stands already in roles.tsv:2' 'postmaster\tbusiness\n'
bad "an unknown role" roles.tsv 3 'unknown role "boss"' 'boss\tboss\n'
bad "a local part in capitals" roles.tsv 3 'bad local part "Info"' 'Info\tbusiness\n'
bad "a disposable domain that stands twice" disposable.tsv 3 'stands already in disposable.tsv:2' 'throw.example\tx\tlist\n'
bad "a disposable domain with a leading dot" disposable.tsv 3 'bad domain ".x.example"' '.x.example\tx\tlist\n'
bad "an unknown source" disposable.tsv 3 'unknown source "me"' 'x.example\tx\tme\n'
bad "a word kept twice" kept.tsv 4 'stands already in kept.tsv:2' 'monday\n'
bad "an unknown use of a kept word" kept.tsv 4 'unknown use "topic"' 'tuesday\ttopic\n'
bad "a decoder that stands twice" decoders.tsv 4 'stands already in decoders.tsv:3' 'Exim\tx\n'
bad "a kind that is no C name" marker-kinds.tsv 4 'no plain lower-case word' '1st\tx\n'
bad "kinds that have one C name" marker-kinds.tsv 4 'stands already in marker-kinds.tsv:3' 'at_rcpt\tx\n'
bad "alternatives, one of which stands already" markers.tsv 4 'stands already in markers.tsv:2' 'failed {users|recipients}:\tstart\tExim\n'
bad "alternatives, two of which are the same" markers.tsv 4 'stands already in markers.tsv:4' '{some|a few|some} words\tstart\n'
good
printf '{to|for} {a|the|} user\tstart\n{spam} {here\tstart\nhere: {spam} {or|and} not\tstart\n' >>data/markers.tsv
run
missing=
for words in 'to a user' 'to the user' 'to user' 'for a user' '{spam} {here' 'here: {spam} or not' 'here: {spam} and not'; do
	grep -q "^	\"$words\" " out/knowledge.c || missing=$words
done
[ -z "$missing" ]
ok $? "alternatives are written out ${missing:+but for $missing}"
bad "an unknown marker" markers.tsv 4 'unknown marker "begin"' 'some words\tbegin\n'
bad "an unknown decoder" markers.tsv 4 'unknown decoder "exim"' 'some words\tstart\texim\n'
bad "an unknown place" markers.tsv 4 'unknown place "end"' 'some words\tstart\t\tend\n'
bad "a marker that stands twice" markers.tsv 4 'stands already in markers.tsv:2' 'failed recipients:\tstart\tExim\n'
bad "an unknown sign" signs.tsv 3 'unknown sign "robot"' 'some words\trobot\n'

good
printf 'phrase\treason\tcolour\n' >data/phrases.tsv
refused "an unknown column" phrases.tsv 1 'unknown column "colour"'
good
printf '# x\nphrase\treason\tphrase\n' >data/phrases.tsv
refused "a column that stands twice" phrases.tsv 2 'column "phrase" stands twice'
good
printf 'phrase\trank\n' >data/phrases.tsv
refused "a column that is missing" phrases.tsv 1 'column "reason" is missing'
good
printf 'phrase\treason\tregex\nuser * unknown\tuserunknown\tuser (\\S+ unknown\n' >data/phrases.tsv
refused "a regular expression that is none" phrases.tsv 2 'bad regular expression: missing closing parenthesis'
good
printf 'phrase\treason\tregex\nuser * unknown\tuserunknown\t(?=.*user)(?:unknown)\n' >data/phrases.tsv
refused "a regular expression that takes the square of the time" phrases.tsv 2 'looks ahead from everywhere'
good
printf 'phrase\treason\trank\nno such user\tuserunknown\nno such user here\tblocked\tgeneric\n' >data/phrases.tsv
refused "a phrase that can never win" phrases.tsv 3 '"no such user here" can never win: "no such user" (phrases.tsv:2, userunknown) stands in it and is worth more'
good
printf 'phrase\treason\trank\tprovider\nno such user\tuserunknown\tspecific\tyahoo\nno such user here\tblocked\n' >data/phrases.tsv
run
ok $? "a phrase that wins where another provider refused"
good
printf 'family\treason\twords\tregex\texample\nunknown-user\tuserunknown\tunheard of | =gone\tuser\t550 user gone\n' >data/families.tsv
run && grep -q '"unheard of | =gone"' out/knowledge.c
ok $? "a family of words"
good
printf 'family\treason\twords\tregex\texample\nunknown-user\tuserunknown\tunheard of | is * gone\tuser\t550 user gone\n' >data/families.tsv
refused "a wildcard in a family" families.tsv 2 '"*" in "is * gone"'
good
printf 'family\treason\twords\tregex\texample\nunknown-user\tuserunknown\tgone\tuser\t550 user gone\nunknown-user\tblocked\tlost\tuser\t550 user lost\n' >data/families.tsv
refused "a family that stands twice" families.tsv 3 '"unknown-user" stands already in families.tsv:2'
good
printf 'family\treason\twords\tregex\texample\nunknown user\tuserunknown\tgone\tuser\t550 user gone\n' >data/families.tsv
refused "a bad name of a family" families.tsv 2 'bad name "unknown user"'
good
printf 'phrase\treason\nthe user is unknown\tuserunknown\nunknown user\tblocked\n' >data/phrases-more.tsv
refused "the same words with another reason" phrases-more.tsv 3 '"unknown user" (blocked) contradicts "the user is unknown" (phrases-more.tsv:2, userunknown)'
good
: >data/signs.tsv
refused "a file without a header" signs.tsv 1 'no line that names the columns'
good
rm data/signs.tsv
refused "a missing table" signs.tsv 1 'there is no signs*.tsv'
good
rm data/phrases*.tsv
refused "no phrases at all" phrases.tsv 1 'there is no phrases*.tsv'
good
: >data/phases.tsv
refused "a table of an unknown name" phases.tsv 1 'no table of this name'
good
head -1 data/reasons.tsv >header
mv header data/reasons.tsv
refused "no reasons" reasons.tsv 1 'there are no reasons'

good
printf 'x\ty\n' >>data/phrases.tsv
printf 'x\ty\n' >>data/signs.tsv
run
[ "$(wc -l <err)" -eq 2 ]
ok $? "all bad lines are told at once"

good
"$datac" data out/none 2>err
[ $? -eq 2 ]
ok $? "a folder that is not there to write to"
"$datac" data 2>err
[ $? -eq 2 ]
ok $? "a wrong call"

echo "1..$n"
exit $failed
