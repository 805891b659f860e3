/* The cache protocol of src/coherence/: one kept key, one process, three changes of which one may revoke the key.

   Time passes in ticks, without end. Only ages are kept, and none beyond L, so the search is complete for runs of
   any length. What must never happen: a kept answer is given L ticks or more after the revocation was committed;
   or whoever asks after this process obeyed the revocation gets the row from before it.

   Each switch takes one necessary part away, and the model then finds how the promise breaks:
   -DGEN=0     a row that was read before something was forgotten is kept, and shared, all the same
   -DGEN=2     a forgetting turns a flag, where it should count
   -DSENT=0    the lease counts from when a heartbeat's reply arrived, not from when it was sent
   -DEPOCH=0   a heartbeat only proves that the database is there; it does not compare the epoch
   -DCHAIN=0   an announced step is followed without asking what was before it
   -DLEASE=0   kept answers are served without a lease, on announcements alone
   -DMARGIN=0  a decision made in the last moment of the lease is answered after it */
#ifndef GEN
#define GEN 1
#endif
#ifndef SENT
#define SENT 1
#endif
#ifndef EPOCH
#define EPOCH 1
#endif
#ifndef CHAIN
#define CHAIN 1
#endif
#ifndef LEASE
#define LEASE 1
#endif
#ifndef MARGIN
#define MARGIN 1
#endif

#define L 4         /* the lease, in ticks */
#define DELAY 1     /* from a decision to its answer, at most */
#define CHANGES 3
#define UNKNOWN 7   /* no position is known */

/* The database. A position stands for an epoch with its stamp; a change is one step. */
byte position = 0;
byte revocation = 0;   /* the step that revoked the key; 0 is none yet */
byte revokedAge = 0;

/* The process. */
byte known = UNKNOWN;  /* up to here every change was obeyed */
byte acceptable = 0;   /* a set of positions: what the reply on its way may rightly carry */
bool isSent = false;   /* a heartbeat is on its way */
byte sentAge = 0;
bool hasLease = false;
byte leaseAge = 0;
bool kept = false;     /* the row as it was before the revocation */
bool isDeciding = false;
byte decidedAge = 0;

/* The generation grows with every forgetting. Of all its values only one thing matters: whether it is still the
   one that the load under way began with. */
bool isPassed = false;
bool isLoading = false;
bool isShared = false;

/* For the claims only: the revocation was obeyed; and it had been when somebody joined the load. */
bool obeyed = false;
bool joinedAfter = false;

#define isFresh (hasLease && leaseAge < L - MARGIN)

inline grow() {
  if :: GEN == 2 -> isPassed = !isPassed :: else -> isPassed = isLoading fi
}
inline forgetKey() {
  kept = false; grow();
  if :: revocation != 0 -> obeyed = true :: else fi
}
inline age(ticks) { if :: ticks < L -> ticks++ :: else fi }

active proctype Clock() {
  do
  :: atomic {
       !(isDeciding && decidedAge == DELAY) ->
       if :: revocation != 0 -> age(revokedAge) :: else fi;
       if :: isSent -> age(sentAge) :: else fi;
       if :: hasLease -> age(leaseAge) :: else fi;
       if :: isDeciding -> decidedAge++ :: else fi
     }
  od
}

active proctype Changes() {
end:
  do
  :: atomic { position < CHANGES && revocation == 0 -> position++; revocation = position }
  :: atomic { position < CHANGES -> position++ }
  od
}

/* A step that follows what is known forgets its keys and moves the position; one that was read already forgets them
   again; any other is a doubt. */
inline follow(step) {
  if
  :: known != UNKNOWN && step <= known -> if :: step == revocation -> forgetKey() :: else -> grow() fi
  :: known != UNKNOWN && step > known && (!CHAIN || step == known + 1) ->
     known = step;
     if :: isSent -> acceptable = acceptable | (1 << step) :: else fi;
     if :: step == revocation -> forgetKey() :: else -> grow() fi
  :: else -> known = UNKNOWN; forgetKey()
  fi
}

/* Announcements come early, late, out of turn, often, or never. A reconnection is a doubt as well. */
active proctype Listener() {
  do
  :: atomic { position >= 1 -> follow(1) }
  :: atomic { position >= 2 -> follow(2) }
  :: atomic { position >= 3 -> follow(3) }
  :: atomic { known = UNKNOWN; forgetKey() }
  od
}

inline arrive() { isSent = false; acceptable = 0; sentAge = 0 }

active proctype Heartbeat() {
  byte reading = 0;
  do
  :: atomic {
       isSent = true;
       if :: known == UNKNOWN -> skip :: else -> acceptable = 1 << known fi
     }
     if
     :: reading = position;  /* on the server, some time after */
        atomic {             /* the reply, some time after that */
          if
          :: EPOCH && (known == UNKNOWN || !(acceptable & (1 << reading))) -> known = reading; forgetKey()
          :: else
          fi;
          hasLease = true;
          leaseAge = (SENT -> sentAge : 0);
          reading = 0; arrive()
        }
     :: atomic { arrive() }  /* lost */
     fi
  od
}

active proctype Loads() {
  bool isOld = false;
  do
  :: atomic { isLoading = true; isPassed = false }
     isOld = (revocation == 0);  /* the row is read */
     atomic {                    /* the answer, some time after */
       assert(!(isShared && joinedAfter && isOld));
       if :: isOld && isFresh && (!GEN || !isPassed) -> kept = true :: else fi;
       isLoading = false; isPassed = false; isShared = false; joinedAfter = false; isOld = false
     }
  od
}

/* Somebody asks while a load is under way, and shares it unless it was passed. */
active proctype Joins() {
  do
  :: atomic { isLoading && !isShared && (!GEN || !isPassed) -> isShared = true; joinedAfter = obeyed }
  od
}

active proctype Serves() {
  do
  :: atomic { kept && (!LEASE || isFresh) -> isDeciding = true }
     atomic {
       assert(!(revocation != 0 && revokedAge >= L));
       isDeciding = false; decidedAge = 0
     }
  od
}
