/* The cache protocol of src/coherence/: one kept key, one process, two changes of which one revokes the key.
   Time is whole ticks. What must never happen: the kept answer is served more than L ticks after the revocation
   was committed, whatever is lost, late or asked in between.

   Each switch set to 0 takes one necessary part away, and the model then finds how the promise breaks:
   -DGEN=0    a row that was read before something was forgotten is kept all the same
   -DSENT=0   the lease counts from when a heartbeat's reply arrived, not from when it was sent
   -DEPOCH=0  a heartbeat only proves that the database is there; it does not compare the epoch
   -DLEASE=0  kept answers are served without a lease, on announcements alone */
#ifndef GEN
#define GEN 1
#endif
#ifndef SENT
#define SENT 1
#endif
#ifndef EPOCH
#define EPOCH 1
#endif
#ifndef LEASE
#define LEASE 1
#endif

#define LAST 6     /* the last tick */
#define L 3        /* the lease */
#define UNKNOWN 7  /* no position is known */

byte now = 0;

/* The database. A position stands for an epoch with its stamp. */
byte position = 0;
bool revoked = false;
byte revokedAt = 0;

/* The process. */
byte known = UNKNOWN;    /* up to here every change has been obeyed */
byte acceptable = 0;     /* a set of positions: what the reply on its way may rightly carry */
byte generation = 0;
bool kept = false;
bool hasLease = false;
byte leaseFrom = 0;

chan announcements = [2] of { byte, bool };

inline forget() { kept = false; generation++ }

active proctype Clock() { do :: now < LAST -> now++ :: now == LAST -> break od }

/* Two changes in either order. An announcement goes its way or is lost. */
active proctype Changes() {
  byte made = 0; bool isOurs;
  do
  :: made < 2 ->
     if
     :: !revoked -> isOurs = true
     :: made == 0 || revoked -> isOurs = false
     fi;
     atomic {
       position++; made++;
       if :: isOurs -> revoked = true; revokedAt = now :: else fi
     };
     if :: announcements!position,isOurs :: skip fi
  :: made == 2 -> break
  od
}

/* A step that follows what is known forgets its keys; one that was read already changes nothing; any other is a doubt. */
active proctype Listener() {
  byte step; bool isOurs;
  do
  :: announcements?step,isOurs ->
     atomic {
       if
       :: known != UNKNOWN && step <= known -> skip
       :: known != UNKNOWN && step == known + 1 ->
          known = step; acceptable = acceptable | (1 << step); generation++;
          if :: isOurs -> kept = false :: else fi
       :: known == UNKNOWN || step > known + 1 -> known = UNKNOWN; forget()
       fi
     }
  :: timeout -> break
  od
}

active proctype Heartbeat() {
  byte sentAt, reading;
  do
  :: now < LAST ->
     atomic {
       sentAt = now;
       if :: known == UNKNOWN -> acceptable = 0 :: else -> acceptable = 1 << known fi
     };
     if
     :: reading = position;  /* on the server, some time after */
        atomic {             /* the reply, some time after that */
          if
          :: EPOCH && (known == UNKNOWN || !(acceptable & (1 << reading))) -> known = reading; forget()
          :: else
          fi;
          hasLease = true;
          if :: SENT -> leaseFrom = sentAt :: else -> leaseFrom = now fi
        }
     :: skip                 /* lost */
     fi
  :: now == LAST -> break
  od
}

active proctype Requests() {
  byte before; bool wasRevoked;
  do
  :: now < LAST && !kept ->
     before = generation;
     wasRevoked = revoked;   /* the row is read */
     atomic {                /* and kept, some time after */
       if :: !wasRevoked && (!GEN || before == generation) -> kept = true :: else fi
     }
  :: now < LAST && kept ->
     atomic {
       if
       :: kept && (!LEASE || (hasLease && now - leaseFrom < L)) -> assert(!revoked || now - revokedAt <= L)
       :: else
       fi
     }
  :: now == LAST -> break
  od
}
