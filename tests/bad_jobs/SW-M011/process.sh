process -I /data/scan1 \
  cell="78 78 78 90 90 90 \
  symm=P213
