/**
 * English: every sentence that the app shows, one section a part of the screen. Another language is one more object of
 * the type `Text`, beside this one.
 */
import { app } from './en/app.ts';
import { archive } from './en/archive.ts';
import { bookmarks } from './en/bookmarks.ts';
import { cameras } from './en/cameras.ts';
import { check } from './en/check.ts';
import { clips } from './en/clips.ts';
import { desktop } from './en/desktop.ts';
import { evidence } from './en/evidence.ts';
import { events } from './en/events.ts';
import { exports } from './en/exports.ts';
import { firstRun } from './en/firstRun.ts';
import { gaps } from './en/gaps.ts';
import { health } from './en/health.ts';
import { keys } from './en/keys.ts';
import { leaving } from './en/leaving.ts';
import { lock } from './en/lock.ts';
import { moments } from './en/moments.ts';
import { notices } from './en/notices.ts';
import { motion } from './en/motion.ts';
import { places } from './en/places.ts';
import { plan, privacy } from './en/plan.ts';
import { problems } from './en/problems.ts';
import { ptz } from './en/ptz.ts';
import { security } from './en/security.ts';
import { settings } from './en/settings.ts';
import { units } from './en/units.ts';
import { wall } from './en/wall.ts';

export const en = {
  app,
  units,
  firstRun,
  lock,
  wall,
  gaps,
  problems,
  archive,
  cameras,
  check,
  evidence,
  events,
  exports,
  health,
  keys,
  leaving,
  notices,
  motion,
  places,
  plan,
  privacy,
  ptz,
  security,
  settings,
  clips,
  bookmarks,
  moments,
  desktop,
};

export type Text = typeof en;
